package io.databroker.offheap;

import static io.databroker.offheap.Compacting.BOOT;
import static io.databroker.offheap.Compacting.delete;
import static io.databroker.offheap.Compacting.files;
import static io.databroker.offheap.Compacting.kept;
import static io.databroker.offheap.Compacting.open;
import static io.databroker.offheap.Compacting.pass;
import static io.databroker.offheap.Compacting.put;
import static io.databroker.offheap.Compacting.reopen;
import static io.databroker.offheap.Compacting.rewrite;
import static io.databroker.offheap.Compacting.settings;
import static io.databroker.offheap.Compacting.store;
import static io.databroker.offheap.Compacting.trim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Compaction;
import io.databroker.offheap.journal.Compactor;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Compactions that fail half-way, or run during a clear. */
class CompactionFaultTest {
  @TempDir Path scratch;
  private final LogLines log = new LogLines();

  @AfterEach
  void stopLog() {
    log.close();
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
  void aPassWhoseFirstRunFailsBringsBackNothingThatWasDeleted() throws IOException {
    AtomicInteger runs = new AtomicInteger();
    Spaces spaces =
        new WrappedSpaces(files(scratch)) {
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
    try (Backend backend = reopen(scratch)) {
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
        new WrappedSpaces(files(scratch)) {
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
    try (Backend backend = reopen(scratch)) {
      assertThat(backend.get("t", "key-0")).isNotNull();
    }
  }

  @Test
  void aFileThatTookTheNameOfAnotherStaysThoughItsDirectoryCannotBeForced() throws IOException {
    AtomicReference<IOException> failure = new AtomicReference<>();
    Spaces spaces =
        new WrappedSpaces(files(scratch)) {
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
