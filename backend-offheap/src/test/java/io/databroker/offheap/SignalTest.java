package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StorageFailedException;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Signals that a notifier rejects, or runs on the calling thread, whatever the signal does. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SignalTest {
  private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");

  private static final FieldExtractor EXTRACTOR =
      new FieldExtractor() {
        @Override
        public String fingerprint() {
          return "one value";
        }

        @Override
        public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
          return Map.of("f", "v");
        }
      };

  @TempDir Path scratch;

  private Backend open(Durability durability, Executor notifier, Duration callTimeout) {
    return open(new Spaces.InMemory(), durability, notifier, callTimeout);
  }

  private Backend open(
      Spaces spaces, Durability durability, Executor notifier, Duration callTimeout) {
    return Opening.inSpaces(
        spaces,
        new OffheapSettings(scratch, durability, 10_000, 1, 1 << 16),
        BackendContext.standard()
            .withNotifier(notifier)
            .withExtractor(EXTRACTOR)
            .withCallTimeout(callTimeout));
  }

  private static List<Write> put(String type, String id) {
    return List.of(Write.put(type, id, Bytes.utf8("v")));
  }

  private static ChangeFeed feed(Backend backend, String type) {
    return backend.changes(backend.versions().end(), type);
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aNotifierThatThrowsLosesNoSignalAndNoWrite(Durability durability)
      throws InterruptedException {
    AtomicBoolean broken = new AtomicBoolean(true);
    Executor notifier =
        task -> {
          if (broken.get()) {
            throw new InternalError("no thread"); // an OutOfMemoryError would end JUnit itself
          }
          task.run();
        };
    try (Backend backend = open(durability, notifier, Duration.ofSeconds(10))) {
      for (int i = 0; i < 3; i++) {
        CountDownLatch signal = new CountDownLatch(1);
        feed(backend, "t").onReady(signal::countDown);
        backend.put(put("t", "id"));
        assertThat(signal.await(10, TimeUnit.SECONDS)).as("signalled").isTrue();
      }
      assertThat(backend.get("t", "id").version()).isEqualTo(3);
    }
  }

  /** The task of a signal may start late: until then, a trim moves the feed's position. */
  @ParameterizedTest
  @EnumSource(Durability.class)
  void aFeedWaitsUntilItsSignalRuns(Durability durability) throws InterruptedException {
    BlockingQueue<Runnable> handedOver = new LinkedBlockingQueue<>();
    try (Backend backend = open(durability, handedOver::add, Duration.ofSeconds(10))) {
      ChangeFeed feed = feed(backend, "quiet");
      CountDownLatch signal = new CountDownLatch(1);
      feed.onReady(signal::countDown);
      backend.put(put("quiet", "id"));
      Runnable late = handedOver.poll(10, TimeUnit.SECONDS);
      assertThat(late).as("a task that runs the signal").isNotNull();
      assertThat(feed.poll().records()).hasSize(1);
      assertThat(feed.poll()).isNull();
      for (long end = 2; end <= 3; end++) {
        backend.put(put("busy", "id"));
        assertThat(backend.trim(FOR_EVER)).isPositive();
        assertThat(backend.versions().earliest()).isEqualTo(end + 1);
      }
      Changes told = feed.poll();
      assertThat(told.isBookmark()).isTrue();
      assertThat(told.position().version()).isEqualTo(3);
      assertThat(signal.getCount()).isOne();
      late.run();
      assertThat(signal.getCount()).isZero();
    }
  }

  private static final List<Consumer<Backend>> CALLS =
      List.of(
          backend -> backend.put(put("t", "by a signal")),
          backend -> backend.setOptions("t", new TypeOptions(7L, null, List.of("f"))),
          backend -> backend.acquireLease("lease", Duration.ofSeconds(1)),
          Backend::expire,
          backend -> backend.trim(FOR_EVER),
          Backend::clear,
          Backend::close);

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aSignalMayCallAnything(Durability durability) throws Exception {
    for (Consumer<Backend> call : CALLS) {
      Backend backend = open(durability, Runnable::run, Duration.ofSeconds(10));
      CompletableFuture<Boolean> called = new CompletableFuture<>();
      feed(backend, "t")
          .onReady(
              () -> {
                try {
                  call.accept(backend);
                  called.complete(true);
                } catch (RuntimeException | Error thrown) {
                  called.completeExceptionally(thrown);
                }
              });
      backend.put(put("t", "id"));
      assertThat(called.get(30, TimeUnit.SECONDS)).isTrue();
      backend.close();
    }
  }

  /**
   * The flush of a clear forces a write whose signal closes the store. Another signal blocks the
   * thread that usually forces.
   */
  @Test
  void aClearRunsNoSignalWhileItKeepsOthersOut() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Backend backend = open(Durability.DISK, Runnable::run, Duration.ofMillis(300));
    feed(backend, "first")
        .onReady(
            () -> {
              try {
                gate.await(2, TimeUnit.MINUTES);
              } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
              }
            });
    feed(backend, "second")
        .onReady(
            () -> {
              backend.close();
              closed.countDown();
            });
    backend.put(put("first", "id"));
    try {
      backend.put(put("second", "id"));
    } catch (OutcomeUnknownException late) {
      // The write was appended nevertheless.
    }
    Thread clearing = new Thread(backend::clear);
    clearing.setDaemon(true);
    clearing.start();
    clearing.join(40_000);
    assertThat(clearing.isAlive()).as("the clear hangs").isFalse();
    gate.countDown();
    assertThat(closed.await(10, TimeUnit.SECONDS)).as("closed by the signal").isTrue();
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aSignalInTheMiddleOfAChangeOfOptionsMayChangeThemItself(Durability durability)
      throws Exception {
    try (Backend backend = open(durability, Runnable::run, Duration.ofSeconds(10))) {
      List<Write> batch = new ArrayList<>();
      for (int i = 0; i < 600; i++) {
        batch.add(Write.put("t", "id-" + i, Bytes.utf8("v")));
      }
      backend.put(batch);
      CountDownLatch done = new CountDownLatch(1);
      feed(backend, "t")
          .onReady(
              () -> {
                backend.setOptions("t", TypeOptions.NONE);
                backend.put(put("t", "by the signal"));
                backend.setOptions("t", new TypeOptions(10L, null, List.of("f")));
                done.countDown();
              });
      backend.setOptions("t", new TypeOptions(10L, null, List.of("f")));
      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(backend.options()).containsKey("t");
      assertThat(count(backend, Selection.where("t", new FieldValue("f", "v"))))
          .as("found by the index")
          .isEqualTo(count(backend, Selection.ofType("t")))
          .isEqualTo(10);
    }
  }

  private static int count(Backend backend, Selection selection) {
    int[] count = {0};
    try (Snapshot snapshot = backend.snapshot(selection)) {
      snapshot.records().forEachRemaining(record -> count[0]++);
    }
    return count[0];
  }

  @Test
  void whateverAForceThrowsWhoWaitsIsToldAndTheStoreCloses() {
    AtomicInteger forces = new AtomicInteger();
    Spaces spaces =
        new WrappedSpaces(new Spaces.InMemory()) {
          @Override
          Space wrap(Space space) {
            return new WrappedSpace(space) {
              @Override
              public void force() throws IOException {
                if (forces.incrementAndGet() > 1) {
                  throw new InternalError("a fault occurred in an unsafe memory access operation");
                }
                super.force();
              }
            };
          }
        };
    try (Backend backend = open(spaces, Durability.DISK, Runnable::run, Duration.ofSeconds(10))) {
      backend.put(put("t", "a"));
      assertThatThrownBy(() -> backend.put(put("t", "b")))
          .isInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("a fault occurred");
      assertThatThrownBy(() -> backend.put(put("t", "c")))
          .isInstanceOf(StorageFailedException.class);
      assertThat(backend.get("t", "a")).isNotNull();
      assertThat(backend.get("t", "b")).isNull();
    }
  }
}
