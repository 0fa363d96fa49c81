package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Position;
import io.databroker.offheap.directory.Stamp;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Control;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.memory.FileSpace;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Simulates a loss of power at a random instant of a script, with concurrent readers and feeds. It
 * copies the directory, sets every byte that was not forced to 0, and opens the copy under another
 * boot id.
 */
final class PowerLossRun {
  private static final long BOOT = 7;
  private static final long LATER_BOOT = 9;

  private final Path scratch;
  private final Durability durability;
  private final long seed;
  private final Script script;
  private final Random random;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final AtomicReference<@Nullable Position> seen = new AtomicReference<>();

  /** Counts the completed operations. */
  private final AtomicLong returned = new AtomicLong();

  private long kept;
  private long serverVersion;

  PowerLossRun(Path scratch, Durability durability, long seed) {
    this.scratch = scratch;
    this.durability = durability;
    this.seed = seed;
    this.script = new Script(seed);
    this.random = new Random(seed);
  }

  /** Facts that were certain when the power was lost. */
  private record Lost(Path directory, long returned, @Nullable Position seen, long name) {}

  private Backend open(Path directory, long boot) {
    return Opening.inDirectory(
        directory,
        new OffheapSettings(directory, durability, 1_000, 10, 1 << 14),
        BackendContext.standard().withClock(now::get).withExtractor(Script.EXTRACTOR),
        new Uptime(boot, () -> 0));
  }

  /** Runs operations, loses the power during one of them, and checks the copy. */
  void run() throws Exception {
    int operations = 20 + random.nextInt(100);
    Path store = scratch.resolve("store-" + durability + seed);
    Lost lost;
    try (OffheapBackend backend = (OffheapBackend) open(store, BOOT);
        Bystanders beside =
            new Bystanders(backend, "t", Script::isWhole, error -> false, seen::set)) {
      FutureTask<Lost> loss = new FutureTask<>(() -> lose(backend, store, operations));
      new Thread(loss, "power-loss").start();
      Model model = new Model();
      for (long number = 0; !loss.isDone() || number <= operations; number++) {
        now.set(script.time(number));
        script.run(number, backend, model);
        if (number % 7 == 0) {
          backend.compactor.pass();
        }
        returned.incrementAndGet();
      }
      lost = loss.get(60, TimeUnit.SECONDS);
      beside.check();
    }
    check(lost);
  }

  private Lost lose(OffheapBackend backend, Path store, int after) throws IOException {
    while (returned.get() < after) {
      LockSupport.parkNanos(20_000);
    }
    // Sleeps only to pick a random instant within an operation.
    LockSupport.parkNanos(random.nextInt(400_000));
    Path to = Files.createDirectory(scratch.resolve("lost-" + durability + seed));
    synchronized (backend.compactor) {
      backend.store.writing.lock();
      try {
        final long done = returned.get();
        final Position told = seen.get();
        final long name = backend.store.history.serverVersion;
        // Copy this file first: it must not claim more than the segments hold, and they are still
        // being forced.
        Files.copy(store.resolve(Control.FILE), to.resolve(Control.FILE));
        Map<String, Long> forced = new HashMap<>();
        for (Segment segment : backend.store.history.directory.all()) {
          FileSpace space = (FileSpace) segment.space;
          forced.put(Path.of(space.name()).getFileName().toString(), space.forced);
        }
        for (Path file : StoreFiles.list(store)) {
          Path copy = to.resolve(file.getFileName());
          if (!Files.exists(copy)) {
            Files.copy(file, copy);
            zero(copy, forced.getOrDefault(file.getFileName().toString(), Long.MAX_VALUE));
          }
        }
        Stamp.asOriginal(to);
        return new Lost(to, done, told, name);
      } finally {
        backend.store.writing.unlock();
      }
    }
  }

  private static void zero(Path file, long from) throws IOException {
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
      if (from < content.length()) {
        content.seek(from);
        content.write(new byte[(int) (content.length() - from)]);
      }
    }
  }

  /**
   * Opens the copy twice, and checks that it holds the state after some operation, in whole steps.
   */
  private void check(Lost lost) {
    boolean forces = durability == Durability.DISK;
    long least = forces ? lost.returned : 0;
    now.set(script.time(lost.returned + 1));
    try (Backend backend = open(lost.directory, LATER_BOOT)) {
      kept = find(backend, least, lost.returned + 1);
      serverVersion = backend.versions().serverVersion();
      if (!forces) {
        assertThat(serverVersion)
            .as("a history that may have lost its end")
            .isNotEqualTo(lost.name);
      }
      Position told = lost.seen;
      if (told != null && told.serverVersion() == serverVersion) {
        assertThat(told.version()).isLessThanOrEqualTo(backend.versions().latest());
      }
    }
    try (Backend backend = open(lost.directory, LATER_BOOT)) {
      assertThat(backend.versions().serverVersion()).isEqualTo(serverVersion);
      find(backend, kept, kept);
    }
  }

  /**
   * Returns the number of operations that took effect; the last may have done so in part, by whole
   * steps.
   */
  private long find(Backend backend, long least, long most) {
    AssertionError last = new AssertionError("nothing was compared");
    long latest = backend.versions().latest();
    for (long count = most; count >= least; count--) {
      for (int steps = 0; steps <= 6; steps++) {
        List<String> outcomes = steps == 0 ? List.of() : List.of(count + " " + steps);
        Model model = CrashRun.replay(script, steps == 0 ? count : count + 1, outcomes);
        if (model.latest == latest) {
          try {
            StoreCheck.check(backend, model);
            return count;
          } catch (AssertionError differs) {
            last = differs;
          }
        }
      }
    }
    throw new AssertionError(
        String.format(
            Locale.ROOT,
            "version %d is not the state after %d to %d operations",
            latest,
            least,
            most),
        last);
  }

  /** Returns the number of operations that took effect as a whole. */
  long kept() {
    return kept;
  }
}
