package io.databroker.host.cache;

import static io.databroker.host.cache.QuietCaches.PATIENCE;
import static io.databroker.host.cache.QuietCaches.QUICK;
import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StorageFailedException;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.api.support.ForwardingFeed;
import io.databroker.host.Codec;
import io.databroker.host.TypedRecord;
import io.databroker.host.TypedRecords;
import io.databroker.host.query.HookedBackend;
import java.io.Serial;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Failures of the parts of a cache: its codec, its listener, and the feed of its backend. */
@ExtendWith(QuietCaches.class)
class CacheFailuresTest {
  private final HookedBackend store = new HookedBackend(FieldExtractor.NONE);
  private final TypedRecords<String> words = new TypedRecords<>(store.bare, "word", Codec.utf8());

  /** Runs before {@link Feeds} opens a feed. */
  private volatile Runnable beforeOpen = () -> {};

  /** Runs before each poll of these feeds. */
  private volatile Runnable beforePoll = () -> {};

  private final AtomicInteger openSnapshots = new AtomicInteger();

  @AfterEach
  void close() {
    store.close();
  }

  /** A backend that hooks the polls of its feeds and counts its open snapshots. */
  private final class Feeds extends ForwardingBackend {
    Feeds() {
      super(store.bare);
    }

    @Override
    public ChangeFeed changes(Position from, String type) {
      beforeOpen.run();
      return new ForwardingFeed(super.changes(from, type)) {
        @Override
        public Changes poll() {
          beforePoll.run();
          return super.poll();
        }
      };
    }

    @Override
    public Snapshot snapshot(Selection selection) {
      Snapshot snapshot = super.snapshot(selection);
      openSnapshots.incrementAndGet();
      return new HookedSnapshot(snapshot, openSnapshots::decrementAndGet);
    }
  }

  private TypedCache<String> open() {
    return TypedCache.open(
        new TypedRecords<>(new Feeds(), "word", Codec.utf8()), changes -> {}, QUICK);
  }

  private void assertFollows(TypedCache<String> cache) throws InterruptedException {
    TypedRecord<String> next = words.put("next", "n");
    assertThat(cache.await(next.version(), PATIENCE)).as("the cache follows").isTrue();
    assertThat(cache.get("next")).isEqualTo(next);
  }

  @Test
  void aListenerThatThrowsAnErrorGetsTheNextChanges() throws InterruptedException {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    try (TypedCache<String> cache =
        TypedCache.open(
            words,
            changes -> {
              told.add(changes.get(0).id());
              throw new AssertionError("a careless listener");
            },
            QUICK)) {
      words.put("a", "1");
      assertFollows(cache);
      assertThat(cache.failure()).isNull();
    }
    assertThat(told).startsWith("a");
  }

  @Test
  void aPayloadThatOverflowsTheStackOfTheCodecIsUndecodable() throws InterruptedException {
    Codec<String> deep =
        Codec.of(Bytes::utf8, bytes -> bytes.size() > 3 ? descend(0) : bytes.toUtf8());
    try (TypedCache<String> cache =
        TypedCache.open(new TypedRecords<>(store.bare, "word", deep), changes -> {}, QUICK)) {
      long version = words.put("a", "nested").version();
      assertThat(cache.await(version, PATIENCE)).isTrue();
      assertThat(cache.get("a").isDecodable()).isFalse();
      assertFollows(cache);
    }
  }

  private static String descend(int depth) {
    return depth < 0 ? "" : descend(depth + 1) + depth;
  }

  /** Returns the failure that a cache reports when its first polls throw an Error. */
  private @Nullable RuntimeException reported(int times, Supplier<Error> error)
      throws InterruptedException {
    AtomicInteger faults = new AtomicInteger(times);
    AtomicReference<RuntimeException> reported = new AtomicReference<>();
    try (TypedCache<String> cache = open()) {
      beforeOpen = () -> reported.compareAndSet(null, cache.failure());
      beforePoll =
          () -> {
            if (store.bare.versions().latest() > 0 && faults.getAndDecrement() > 0) {
              throw error.get();
            }
          };
      assertFollows(cache);
    }
    return reported.get();
  }

  @Test
  void anErrorOfTheBackendIsReportedAndEndsNothing() throws InterruptedException {
    assertThat(reported(1, () -> new AssertionError("a careless backend")))
        .hasMessageContaining("a careless backend");
  }

  /** On a full heap, the report of the first Error fails with another one. */
  @Test
  void anErrorThatCannotBeDescribedIsReportedAndEndsNothing() throws InterruptedException {
    assertThat(reported(3, Undescribed::new)).hasMessageContaining("no room for the cause");
  }

  private static final class Undescribed extends Error {
    @Serial private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new Undescribed();
    }
  }

  @Test
  void damageInTheHistoryIsPassedByANewSnapshot() throws InterruptedException {
    words.put("a", "1");
    try (TypedCache<String> cache = open()) {
      long damaged = store.bare.versions().latest() + 1;
      beforePoll =
          () -> {
            if (cache.view().position().version() < damaged
                && store.bare.versions().latest() >= damaged) {
              throw new StorageFailedException("version " + damaged + " cannot be read", null);
            }
          };
      words.put("a", "2");
      assertFollows(cache);
      assertThat(cache.get("a")).extracting(TypedRecord::value).isEqualTo("2");
    }
  }

  @Test
  void aTrimThatOvertakesEverySnapshotIsReportedAndMetWithPauses() throws InterruptedException {
    words.put("a", "1");
    AtomicInteger opened = new AtomicInteger();
    AtomicReference<TypedCache<String>> followed = new AtomicReference<>();
    AtomicReference<RuntimeException> reported = new AtomicReference<>();
    CountDownLatch overtaken = new CountDownLatch(4);
    store.hook =
        method -> {
          if (method.equals("changes")) {
            TypedCache<String> cache = followed.get();
            if (opened.incrementAndGet() > 2 && cache != null) {
              reported.set(cache.failure());
            }
            overtaken.countDown();
            throw new HistoryTrimmedException(1, 2);
          }
        };
    try (TypedCache<String> cache =
        TypedCache.open(
            new TypedRecords<>(store.hooked, "word", Codec.utf8()), changes -> {}, QUICK)) {
      followed.set(cache);
      assertThat(overtaken.await(30, TimeUnit.SECONDS)).isTrue();
      store.hook = method -> {};
      assertFollows(cache);
      assertThat(reported.get()).isInstanceOf(HistoryTrimmedException.class);
    }
  }

  @Test
  void noSnapshotIsOpenWhileTheListenerRuns() throws InterruptedException {
    words.put("a", "1");
    List<Integer> open = Collections.synchronizedList(new ArrayList<>());
    try (TypedCache<String> cache =
        TypedCache.open(
            new TypedRecords<>(new Feeds(), "word", Codec.utf8()),
            changes -> open.add(openSnapshots.get()),
            QUICK)) {
      store.bare.clear();
      assertFollows(cache);
    }
    assertThat(open).isNotEmpty().containsOnly(0);
  }
}
