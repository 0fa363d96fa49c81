package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory, times and clocks stay bounded and exact over a long life. */
class HousekeepingTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final InMemoryBackend backend =
      new InMemoryBackend(
          BackendContext.standard().withClock(this::tick).withNotifier(Runnable::run));
  private Duration step = Duration.ZERO;

  private Instant tick() {
    return now.updateAndGet(time -> time.plus(step));
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private void put(String type, String id) {
    backend.put(List.of(Write.put(type, id, Bytes.utf8(id))));
  }

  private static void assertCollected(WeakReference<?> reference) {
    for (int i = 0; i < 50 && reference.get() != null; i++) {
      System.gc();
    }
    assertThat(reference.get()).isNull();
  }

  @Test
  void aFeedThatNobodyPollsKeepsNoHistoryThatWasCleared() {
    put("t", "a");
    ChangeFeed all = backend.changes(backend.versions().begin(), null);
    ChangeFeed typed = backend.changes(backend.versions().begin(), "t");
    assertThat(typed.poll().records()).hasSize(1);
    WeakReference<History> ended = new WeakReference<>(backend.current());
    backend.clear();
    assertCollected(ended);
    assertThatThrownBy(all::poll).isInstanceOf(HistoryReplacedException.class);
    assertThatThrownBy(typed::poll).isInstanceOf(HistoryReplacedException.class);
  }

  @Test
  void aClosedSnapshotKeepsNothing() {
    put("t", "a");
    WeakReference<Bytes> payload = new WeakReference<>(backend.get("t", "a").payload());
    Snapshot snapshot = backend.snapshot(Selection.all());
    backend.clear();
    assertThat(snapshot.records().next().id()).isEqualTo("a");
    snapshot.close();
    assertCollected(payload);
    assertThatThrownBy(snapshot::records).isInstanceOf(ClosedException.class);
  }

  @Test
  void typesThatComeAndGoLeaveNothingOnceTrimmed() {
    ChangeFeed feed = backend.changes(backend.versions().end(), "type3");
    for (int i = 0; i < 1_000; i++) {
      backend.put(List.of(Write.put("type" + i, "a", Bytes.EMPTY), Write.delete("type" + i, "a")));
    }
    assertThat(feed.poll().records()).hasSize(2);
    now.updateAndGet(time -> time.plusSeconds(1));
    assertThat(backend.trim(now.get())).isEqualTo(2_000);
    assertThat(backend.current().tables).isEmpty();
  }

  @Test
  void expiryStaysInPortionsAfterTheClockSteppedBackALittle() {
    backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofSeconds(60)));
    Position start = backend.versions().end();
    for (int i = 0; i < 2_500; i++) {
      if (i == 10) {
        now.updateAndGet(time -> time.minusNanos(5_000));
      }
      put("t", "a" + i);
    }
    now.updateAndGet(time -> time.plusSeconds(30));
    put("t", "young");
    now.updateAndGet(time -> time.plusSeconds(31));
    assertThat(backend.expire()).isEqualTo(2_500);
    assertThat(backend.get("t", "young")).isNotNull();
    List<Integer> batches = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    try (ChangeFeed feed = backend.changes(start, null)) {
      for (Changes changes = feed.poll(); changes != null; changes = feed.poll()) {
        batches.add(changes.records().size());
        changes.records().stream().filter(r -> r.deleted()).forEach(r -> ids.add(r.id()));
      }
    }
    assertThat(batches).allMatch(size -> size <= 1_000);
    assertThat(ids).hasSize(2_500).startsWith("a0", "a1", "a2").endsWith("a2499");
  }

  @Test
  void expiryEndsThoughTheClockGoesOnAndEverySignalWritesAnew() {
    backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofMillis(1)));
    put("t", "first");
    step = Duration.ofSeconds(1);
    ChangeFeed feed = backend.changes(backend.versions().end(), "t");
    AtomicInteger signals = new AtomicInteger();
    AtomicBoolean expiring = new AtomicBoolean(true);
    feed.onReady(
        new Runnable() {
          @Override
          public void run() {
            if (expiring.get() && signals.incrementAndGet() <= 100) {
              while (feed.poll() != null) {}
              put("t", "next" + signals.get());
              while (feed.poll() != null) {}
              feed.onReady(this);
            }
          }
        });
    assertThat(backend.expire()).isEqualTo(1);
    expiring.set(false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1960-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999999Z",
        "2200-01-01T00:00:00Z",
        "2262-04-11T23:47:16.854775Z",
        "2262-04-11T23:47:15.000001Z",
        "2300-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z"
      })
  void leasesAreExactInAnyYear(String year) {
    for (Duration duration :
        List.of(Duration.ofNanos(1_000), Duration.ofSeconds(2), Duration.ofDays(36_500))) {
      now.set(Instant.parse(year));
      String name = duration.toString();
      Lease lease = backend.acquireLease(name, duration);
      assertThat(lease.expiresAt()).isEqualTo(now.get().plus(duration));
      now.set(lease.expiresAt().minusNanos(1));
      assertThat(backend.acquireLease(name, duration)).isNull();
      Lease renewed = backend.renewLease(name, lease.token(), duration);
      assertThat(renewed.token()).isEqualTo(lease.token());
      now.set(renewed.expiresAt());
      assertThat(backend.renewLease(name, lease.token(), duration)).isNull();
      assertThat(backend.releaseLease(name, lease.token())).isFalse();
      Lease next = backend.acquireLease(name, duration);
      assertThat(next.token()).isGreaterThan(lease.token());
      assertThat(backend.releaseLease(name, next.token())).isTrue();
    }
  }
}
