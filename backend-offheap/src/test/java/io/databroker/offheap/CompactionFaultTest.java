package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Write;
import io.databroker.offheap.directory.StoreProperties;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Compaction;
import io.databroker.offheap.journal.Compactor;
import io.databroker.offheap.journal.Control;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import net.openhft.chronicle.core.OS;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compactions that fail half-way or meet a clear. */
class CompactionFaultTest {
  private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");
  private static final long BOOT = 7;
  private static final long SALT = 5;

  @TempDir Path scratch;
  private final LogLines log = new LogLines();

  @AfterEach
  void stopLog() {
    log.close();
  }

  private static Backend open(Spaces spaces) {
    return Opening.inSpaces(spaces, settings(null), BackendContext.standard());
  }

  private static OffheapSettings settings(Path directory) {
    return new OffheapSettings(directory, Durability.PROCESS, 1_000, 10, 4096);
  }

  /** Files of a store; {@link #reopen} opens them as after a kill. */
  private StoreFiles files() throws IOException {
    StoreProperties.ofNew(SALT).writeNext(scratch, settings(scratch).asProperties());
    Control.open(scratch, BOOT, false).abandon();
    return new StoreFiles(scratch, SALT, false);
  }

  private Backend reopen() {
    return Opening.inDirectory(
        scratch, settings(scratch), BackendContext.standard(), new Uptime(BOOT, () -> 0));
  }

  private static void put(Backend backend, String id) {
    backend.put(List.of(Write.put("t", id, Bytes.copyOf(new byte[100]))));
  }

  private static void delete(Backend backend, String id) {
    backend.put(List.of(Write.delete("t", id)));
  }

  /** Trims without waking the compactor, so that the test alone runs passes. */
  private static void trim(Backend backend) {
    new Trim(store(backend), FOR_EVER).run();
  }

  private static Store store(Backend backend) {
    return ((OffheapBackend) backend).store;
  }

  private static Compaction.Kept kept(long bound) {
    return new Compaction.Kept(bound, false);
  }

  private static boolean pass(Backend backend) {
    return ((OffheapBackend) backend).compactor.pass();
  }

  private static void rewrite(Backend backend) {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 60; i++) {
        put(backend, "key-" + i);
      }
    }
  }

  @Test
  void aClearInsideARunEndsThePass() {
    AtomicReference<Backend> cleared = new AtomicReference<>();
    AtomicInteger runs = new AtomicInteger();
    Spaces spaces =
        new WrappedSpaces(new Spaces.InMemory()) {
          @Override
          public void adopt(Space compacted, long order) throws IOException {
            runs.incrementAndGet();
            cleared.get().clear();
            super.adopt(compacted, order);
          }
        };
    try (Backend backend = open(spaces)) {
      cleared.set(backend);
      rewrite(backend);
      trim(backend);
      assertThat(pass(backend)).as("continued on segments that the clear had freed").isFalse();
      assertThat(runs).hasValue(1);
      assertThat(store(backend).ended).isEmpty();
      put(backend, "after");
      assertThat(backend.listTypes()).containsExactly("t");
    }
  }

  /**
   * A disk reports a failed fsync once, to the first caller; no other caller may assume success.
   */
  @ParameterizedTest(name = "the names: {0}")
  @ValueSource(booleans = {false, true})
  void aForceThatFailsForTheCompactorFailsForWhoWritesMeanwhile(boolean names) throws Exception {
    AtomicReference<Thread> compacting = new AtomicReference<>();
    CountDownLatch failing = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    AtomicInteger meanwhile = new AtomicInteger();
    Spaces spaces =
        new WrappedSpaces(new Spaces.InMemory()) {
          @Override
          Space wrap(Space space) {
            return new WrappedSpace(space) {
              @Override
              public void force() throws IOException {
                if (Thread.currentThread() == compacting.get()) {
                  if (!names) {
                    fail();
                  }
                } else if (failing.getCount() == 0) {
                  meanwhile.incrementAndGet();
                  written.countDown();
                }
                super.force();
              }
            };
          }

          @Override
          public void adopt(Space compacted, long order) throws IOException {
            if (names) {
              fail();
            }
            super.adopt(compacted, order);
          }

          private void fail() throws IOException {
            failing.countDown();
            awaitUninterruptibly(written);
            throw new SyncFailedException("Input/output error");
          }
        };
    OffheapSettings disk = new OffheapSettings(scratch, Durability.DISK, 1_000, 10, 4096);
    try (Backend backend = Opening.inSpaces(spaces, disk, BackendContext.standard())) {
      rewrite(backend);
      trim(backend);
      Thread compactor = new Thread(() -> pass(backend), "compacting");
      compacting.set(compactor);
      compactor.start();
      failing.await();
      AtomicReference<Throwable> outcome = new AtomicReference<>();
      Thread writer =
          new Thread(() -> outcome.set(catchThrowable(() -> put(backend, "meanwhile"))), "writing");
      writer.start();
      while (writer.isAlive() && writer.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      written.countDown();
      writer.join();
      compactor.join();

      assertThat(outcome.get()).isInstanceOf(OutcomeUnknownException.class);
      assertThat(meanwhile).hasValue(0);
      assertThat(backend.get("t", "meanwhile")).isNull();
    }
  }

  @Test
  void aCompactionThatACloseEndsIsNoTroubleToBeTold() {
    List<String> told = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            told.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(Compactor.class.getName());
    logger.addHandler(handler);
    try {
      AtomicInteger signals = new AtomicInteger();
      Backend backend =
          Opening.inSpaces(
              new Spaces.InMemory(),
              settings(null),
              BackendContext.standard().withNotifier(Runnable::run));
      Compactor compactor = ((OffheapBackend) backend).compactor;
      backend
          .changes(backend.versions().end(), null)
          .onReady(
              () -> {
                signals.incrementAndGet();
                compactor.tryPass();
              });
      backend.close();
      assertThat(signals).as("between the close and the compactor's stop").hasValue(1);
      assertThat(told).isEmpty();
    } finally {
      logger.removeHandler(handler);
    }
  }

  /** The second fsync would succeed, although the first has lost bytes. */
  @Test
  void afterAForceThatFailedNothingIsForcedOrCompactedAnyMore() {
    AtomicInteger forces = new AtomicInteger();
    AtomicInteger runs = new AtomicInteger();
    AtomicReference<String> disk = new AtomicReference<>("well");
    Spaces spaces =
        new WrappedSpaces(new Spaces.InMemory()) {
          @Override
          Space wrap(Space space) {
            return new WrappedSpace(space) {
              @Override
              public void force() throws IOException {
                forces.incrementAndGet();
                if (disk.compareAndSet("failing", "well")) {
                  throw new SyncFailedException("Input/output error");
                }
                super.force();
              }
            };
          }

          @Override
          public Space createCompacted(long order, long size) throws IOException {
            runs.incrementAndGet();
            return super.createCompacted(order, size);
          }
        };
    try (Backend backend = open(spaces)) {
      rewrite(backend);
      trim(backend);
      disk.set("failing");
      assertThat(pass(backend)).isFalse();
      assertThat(disk).as("heard of").hasValue("well");
      forces.set(0);
      assertThat(pass(backend)).isFalse();
      assertThat(forces).hasValue(0);
      assertThat(runs).hasValue(0);
      assertThat(backend.get("t", "key-0")).isNotNull();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aClearBetweenTwoRunsEndsThePass() {
    AtomicReference<Backend> cleared = new AtomicReference<>();
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger clears = new AtomicInteger();
    Spaces spaces =
        new WrappedSpaces(new Spaces.InMemory()) {
          @Override
          public Space createCompacted(long order, long size) throws IOException {
            runs.incrementAndGet();
            return super.createCompacted(order, size);
          }

          @Override
          Space wrap(Space space) {
            return new WrappedSpace(space) {
              @Override
              public void delete() throws IOException {
                super.delete();
                // Segments that the first run replaced are deleted, so its result is in place and
                // the next run works on it.
                if (runs.get() == 1 && clears.getAndIncrement() == 0) {
                  cleared.get().clear();
                }
              }
            };
          }
        };
    try (Backend backend = open(spaces)) {
      cleared.set(backend);
      for (int i = 0; i < 60; i++) {
        put(backend, "keep-" + i);
        put(backend, "gone");
      }
      trim(backend);
      assertThat(pass(backend)).as("continued on segments that the clear had freed").isFalse();
      assertThat(clears).hasPositiveValue();
      assertThat(runs).hasValue(1);
    }
  }

  @Test
  void whatAClearHasFreedIsNotLookedAt() {
    try (Backend backend = open(new Spaces.InMemory())) {
      rewrite(backend);
      trim(backend);
      History history = store(backend).history;
      Segment first = history.directory.get(0);
      long bound = history.commit.first() - 1;
      assertThat(Compaction.keptBytes(store(backend), history, first, kept(bound))).isNotNegative();
      backend.clear();
      assertThat(Compaction.keptBytes(store(backend), history, first, kept(bound))).isEqualTo(-1);
    }
  }

  @Test
  void aPassWhoseFirstRunFailsBringsBackNothingThatWasDeleted() throws IOException {
    AtomicInteger runs = new AtomicInteger();
    Spaces spaces =
        new WrappedSpaces(files()) {
          @Override
          public Space createCompacted(long order, long size) throws IOException {
            if (runs.getAndIncrement() == 0) {
              throw new IOException("No space left on device");
            }
            return super.createCompacted(order, size);
          }
        };
    try (Backend backend = open(spaces)) {
      for (int i = 0; i < 30; i++) {
        put(backend, "keep-" + i);
        put(backend, "gone-" + i);
        put(backend, "also-" + i);
      }
      for (int i = 0; i < 30; i++) {
        delete(backend, "gone-" + i);
        delete(backend, "also-" + i);
      }
      rewrite(backend);
      trim(backend);
      pass(backend);
      assertThat(runs).hasPositiveValue();
      assertThat(backend.get("t", "gone-0")).isNull();
    }
    try (Backend backend = reopen()) {
      for (int i = 0; i < 30; i++) {
        assertThat(backend.get("t", "gone-" + i)).isNull();
        assertThat(backend.get("t", "keep-" + i)).isNotNull();
      }
    }
  }

  @Test
  void aRunThatFailsLeavesNoFileAndNoMemory() throws IOException {
    AtomicReference<String> where = new AtomicReference<>("");
    Spaces spaces =
        new WrappedSpaces(files()) {
          @Override
          Space wrap(Space space) {
            return new WrappedSpace(space) {
              @Override
              public void seal(long end) throws IOException {
                fail("seal");
                super.seal(end);
              }

              @Override
              public void force() throws IOException {
                fail("force");
                super.force();
              }
            };
          }

          @Override
          public void adopt(Space compacted, long order) throws IOException {
            super.adopt(compacted, order);
            fail("adopt");
          }

          private void fail(String here) throws IOException {
            if (where.get().equals(here)) {
              throw new IOException("No space left on device");
            }
          }
        };
    try (Backend backend = open(spaces)) {
      rewrite(backend);
      trim(backend);
      List<Path> files = StoreFiles.list(scratch);
      for (String here : List.of("seal", "force", "adopt")) {
        where.set(here);
        long before = OS.memory().nativeMemoryUsed();
        assertThat(pass(backend)).isFalse();
        assertThat(OS.memory().nativeMemoryUsed()).as("memory after %s", here).isEqualTo(before);
        assertThat(StoreFiles.list(scratch)).as("files after %s", here).isEqualTo(files);
      }
      where.set("");
      assertThat(pass(backend)).isTrue();
    }
    try (Backend backend = reopen()) {
      assertThat(backend.get("t", "key-0")).isNotNull();
    }
  }

  @Test
  void whatAClearOvertakesLeavesNoFile() throws IOException {
    AtomicReference<Backend> cleared = new AtomicReference<>();
    Spaces spaces =
        new WrappedSpaces(files()) {
          @Override
          public void adopt(Space compacted, long order) throws IOException {
            super.adopt(compacted, order);
            cleared.get().clear();
          }
        };
    try (Backend backend = open(spaces)) {
      cleared.set(backend);
      rewrite(backend);
      trim(backend);
      assertThat(pass(backend)).isFalse();
      assertThat(StoreTear.segments(scratch)).as("that of the new history").hasSize(1);
    }
  }

  @Test
  void aFileThatTookTheNameOfAnotherStaysThoughItsDirectoryCannotBeForced() throws IOException {
    AtomicReference<IOException> failure = new AtomicReference<>();
    Spaces spaces =
        new WrappedSpaces(files()) {
          @Override
          public void adopt(Space compacted, long order) throws IOException {
            super.adopt(compacted, order);
            if (failure.get() != null) {
              throw failure.get();
            }
          }
        };
    Path kept = Files.createDirectory(scratch.resolveSibling(scratch.getFileName() + "-killed"));
    try (Backend backend = open(spaces)) {
      rewrite(backend);
      trim(backend);
      assertThat(pass(backend)).isTrue();
      for (int i = 1; i < 60; i++) {
        delete(backend, "key-" + i);
      }
      trim(backend);
      failure.set(new FileSystemException(scratch.toString(), null, "Too many open files"));
      History history = store(backend).history;
      List<Segment> run = history.directory.all().stream().filter(Segment::isCompacted).toList();
      assertThat(run).isNotEmpty();
      assertThat(
              new Compaction(store(backend), history, run, kept(history.commit.first() - 1)).run())
          .isFalse();
      assertThat(backend.get("t", "key-0")).isNotNull();
      StoreTear.copy(scratch, kept);
    }
    try (Backend backend =
        Opening.inDirectory(
            kept, settings(kept), BackendContext.standard(), new Uptime(BOOT, () -> 0))) {
      assertThat(backend.get("t", "key-0")).isNotNull();
      assertThat(backend.get("t", "key-1")).isNull();
    }
  }
}
