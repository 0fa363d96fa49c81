package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ClosedException;
import io.databroker.api.Selection;
import io.databroker.api.Settings;
import io.databroker.api.Snapshot;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import net.openhft.chronicle.core.OS;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store with copies of its records on the heap answers as one without. */
class CachedStoreTest {
  private static final long BYTES = 1 << 20;

  @TempDir Path scratch;

  private static OffheapSettings settings(Path directory, Durability durability) {
    return new OffheapSettings(directory, durability, 1_000, 10, 1 << 16).withCacheBytes(BYTES);
  }

  private static Backend open() {
    return open(BackendContext.standard());
  }

  private static Backend open(BackendContext context) {
    return Opening.inSpaces(new Spaces.InMemory(), settings(null, Durability.PROCESS), context);
  }

  private static Write put(String id, String payload) {
    return Write.put("t", id, Bytes.utf8(payload));
  }

  /** Returns the payload that a reader gets after a copy was made; null if the record is absent. */
  private static String payload(Backend backend, String id) {
    StoredRecord first = backend.get("t", id);
    StoredRecord second = backend.get("t", id);
    assertThat(second).isEqualTo(first);
    assertThat(second).as("a copy").isSameAs(first);
    return first == null ? null : first.payload().toUtf8();
  }

  @Test
  void eachWriteOfARecordIsRead() {
    try (Backend backend = open()) {
      backend.put(List.of(put("a", "1"), put("b", "1")));
      assertThat(payload(backend, "a")).isEqualTo("1");
      backend.put(List.of(put("b", "2"), put("a", "2"), put("a", "3")));
      assertThat(payload(backend, "a")).isEqualTo("3");
      assertThat(payload(backend, "b")).isEqualTo("2");
      backend.put(List.of(Write.delete("t", "a")));
      assertThat(payload(backend, "a")).isNull();
      backend.put(List.of(put("a", "4")));
      assertThat(payload(backend, "a")).isEqualTo("4");
      backend.put(List.of(Write.delete("t", "a"), put("a", "5")));
      assertThat(payload(backend, "a")).isEqualTo("5");
      backend.restore(
          List.of(new StoredRecord("t", "a", 9, Bytes.utf8("6"), Instant.EPOCH, false)));
      assertThat(payload(backend, "a")).isEqualTo("6");
    }
  }

  @Test
  void anEvictedRecordIsAbsent() {
    try (Backend backend = open()) {
      backend.put(List.of(put("a", "1"), put("b", "1"), put("c", "1")));
      assertThat(payload(backend, "a")).isEqualTo("1");
      assertThat(payload(backend, "b")).isEqualTo("1");
      backend.setOptions("t", TypeOptions.NONE.withCapacity(2));
      assertThat(payload(backend, "a")).isNull();
      backend.put(List.of(put("d", "1")));
      assertThat(payload(backend, "b")).isNull();
      assertThat(payload(backend, "c")).isEqualTo("1");
    }
  }

  @Test
  void anExpiredRecordIsAbsent() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    try (Backend backend = open(BackendContext.standard().withClock(now::get))) {
      backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofSeconds(1)));
      backend.put(List.of(put("a", "1")));
      assertThat(payload(backend, "a")).isEqualTo("1");
      now.set(now.get().plusSeconds(2));
      assertThat(backend.expire()).isEqualTo(1);
      assertThat(payload(backend, "a")).isNull();
    }
  }

  @Test
  void noCopySurvivesAClear() {
    try (Backend backend = open()) {
      backend.put(List.of(put("a", "1")));
      assertThat(payload(backend, "a")).isEqualTo("1");
      History ended = Compacting.store(backend).history;
      try (Snapshot holding = backend.snapshot(Selection.all())) {
        assertThat(holding.records()).hasNext();
        backend.clear();
        assertThat(payload(backend, "a")).isNull();
        assertThat(ended.hot).as("copies of the ended history").isNull();
        assertThat(backend.counters()).containsEntry("cache.bytes", 0L);
      }
    }
  }

  @Test
  void aTrimKeepsTheCopies() {
    try (Backend backend = open()) {
      backend.put(List.of(put("a", "1")));
      StoredRecord before = backend.get("t", "a");
      backend.trim(Instant.parse("9999-01-01T00:00:00Z"));
      assertThat(backend.get("t", "a")).isSameAs(before);
    }
  }

  @Test
  void aClosedStoreReturnsNoCopyAndKeepsNone() {
    Backend backend = open();
    backend.put(List.of(put("a", "1")));
    assertThat(payload(backend, "a")).isEqualTo("1");
    assertThat(backend.counters().get("cache.bytes")).isBetween(100L, 400L);
    backend.close();
    assertThatThrownBy(() -> backend.get("t", "a")).isInstanceOf(ClosedException.class);
    assertThat(backend.counters()).containsEntry("cache.bytes", 0L);
  }

  /** Until the fsync, readers see the record before the write. */
  @Test
  void aWriteThatIsNotForcedLeavesNoOldCopy() throws Exception {
    CountDownLatch forcing = new CountDownLatch(1);
    CountDownLatch mayForce = new CountDownLatch(1);
    AtomicReference<CountDownLatch> wait = new AtomicReference<>();
    Spaces slow =
        new WrappedSpaces(new Spaces.InMemory()) {
          @Override
          Space wrap(Space space) {
            return new WrappedSpace(space) {
              @Override
              public void force() throws IOException {
                if (wait.get() != null) {
                  forcing.countDown();
                  awaitForce(wait.get());
                }
                super.force();
              }
            };
          }
        };
    try (Backend backend =
        Opening.inSpaces(slow, settings(scratch, Durability.DISK), BackendContext.standard())) {
      backend.put(List.of(put("a", "1")));
      assertThat(payload(backend, "a")).isEqualTo("1");
      wait.set(mayForce);
      CompletableFuture<Void> written =
          CompletableFuture.runAsync(() -> backend.put(List.of(put("a", "2"))));
      try {
        assertThat(forcing.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 3; i++) {
          assertThat(backend.get("t", "a").payload()).isEqualTo(Bytes.utf8("1"));
        }
      } finally {
        mayForce.countDown();
      }
      written.get(30, TimeUnit.SECONDS);
      assertThat(payload(backend, "a")).isEqualTo("2");
    }
  }

  private static void awaitForce(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IOException("the test did not let the fsync go on");
      }
    } catch (InterruptedException interrupt) {
      throw new IOException(interrupt);
    }
  }

  @Test
  void aRejectedWriteKeepsTheRecord() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend =
        Opening.inSpaces(spaces, settings(null, Durability.PROCESS), BackendContext.standard())) {
      backend.put(List.of(put("a", "1")));
      assertThat(payload(backend, "a")).isEqualTo("1");
      spaces.failWrites(FailingSpaces.FULL);
      assertThatThrownBy(() -> backend.put(List.of(put("a", "2"), put("b", "2"))))
          .hasMessageContaining(FailingSpaces.FULL);
      assertThat(payload(backend, "a")).isEqualTo("1");
      assertThat(payload(backend, "b")).isNull();
      spaces.failWrites(null);
      backend.put(List.of(put("c", "3"), put("a", "3")));
      assertThat(payload(backend, "a")).isEqualTo("3");
      assertThat(payload(backend, "b")).isNull();
    }
  }

  @Test
  void theSmallestCacheHoldsCopies() {
    Settings smallest = Settings.builder().set(OffheapSettings.CACHE_BYTES, 1L << 20).build();
    try (Backend backend = new OffheapProvider().open(smallest, BackendContext.standard())) {
      backend.put(List.of(put("a", "x".repeat(10_000))));
      payload(backend, "a");
    }
  }

  /** The heap of the tests has no room for that many slots. */
  @Test
  void aCacheWithoutRoomOnTheHeapLeavesNoMemory() {
    OffheapSettings settings = settings(null, Durability.PROCESS).withCacheBytes(1L << 40);
    long memory = OS.memory().nativeMemoryUsed();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(
              () -> Opening.inSpaces(new Spaces.InMemory(), settings, BackendContext.standard()))
          .isInstanceOf(StorageFullException.class)
          .hasMessageContaining("cacheBytes 1099511627776");
    }
    assertThat(OS.memory().nativeMemoryUsed()).isEqualTo(memory);
  }

  /** A failed clear keeps the store as it is, with room for the copies of the next history. */
  @Test
  void aFailedClearKeepsACacheWithoutCopies() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend =
        Opening.inSpaces(spaces, settings(null, Durability.PROCESS), BackendContext.standard())) {
      backend.put(List.of(put("a", "1")));
      assertThat(payload(backend, "a")).isEqualTo("1");
      spaces.forceFailure = new IOException("Input/output error");
      assertThatThrownBy(backend::clear).isInstanceOf(StorageFailedException.class);
      assertThat(backend.counters()).containsEntry("cache.bytes", 0L);
      assertThat(payload(backend, "a")).isEqualTo("1");
    }
  }

  /** A copy was verified when it was made; damage that is found later does not reach it. */
  @Test
  void aDamagedRecordIsNeverCopied() throws IOException {
    Bytes content = Bytes.copyOf(new byte[100]);
    OffheapBackend backend =
        (OffheapBackend)
            Opening.open(
                settings(scratch.resolve("store"), Durability.PROCESS), BackendContext.standard());
    try (LogLines log = new LogLines();
        backend) {
      backend.put(List.of(Write.put("t", "key-0", content)));
      backend.put(List.of(Write.put("t", "key-1", content)));
      assertThat(backend.get("t", "key-0").payload()).isEqualTo(content);
      Flips.flipPayload(backend, 1, 100);
      Flips.flipPayload(backend, 2, 100);
      assertThat(backend.get("t", "key-0").payload()).as("the copy").isEqualTo(content);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> backend.get("t", "key-1"))
            .isInstanceOf(StorageFailedException.class);
      }
      assertThat(log.lines()).as("each damage is logged").isNotEmpty();
    }
  }
}
