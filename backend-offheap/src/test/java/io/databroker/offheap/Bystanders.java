package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.DatabrokerException;
import io.databroker.api.ErrorId;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Readers and feeds during a fault: one thread follows all changes, one follows a type, one reads.
 * Each checks its answers, and tolerates the errors that the fault may cause.
 */
final class Bystanders implements AutoCloseable {
  private static final Set<ErrorId> ORDINARY =
      Set.of(
          ErrorId.HISTORY_REPLACED,
          ErrorId.HISTORY_TRIMMED,
          ErrorId.FUTURE_VERSION,
          ErrorId.SNAPSHOT_EXPIRED);

  /** Pauses between two rounds, so that the threads leave some of the processor to the rest. */
  private static final long PACE_NANOS = 300_000;

  private final Backend backend;
  private final Predicate<StoredRecord> whole;
  private final Predicate<DatabrokerException> tolerated;
  private final Consumer<Position> seen;
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  /** Counts records that were read correctly. */
  final AtomicLong reads = new AtomicLong();

  /** Counts correct changes delivered by feeds. */
  final AtomicLong changes = new AtomicLong();

  /** Counts tolerated errors. */
  final AtomicLong faults = new AtomicLong();

  /**
   * @param type the type that the typed feed follows
   * @param whole checks that a record holds a payload once written under its key
   * @param tolerated errors that the fault may cause
   * @param seen receives each position that the feed of all types has reached
   */
  Bystanders(
      Backend backend,
      String type,
      Predicate<StoredRecord> whole,
      Predicate<DatabrokerException> tolerated,
      Consumer<Position> seen) {
    this.backend = backend;
    this.whole = whole;
    this.tolerated = tolerated;
    this.seen = seen;
    start("all-changes", () -> follow(null));
    start("typed-changes", () -> follow(type));
    start("reads", this::read);
  }

  private void start(String name, Runnable work) {
    Thread thread = new Thread(() -> rounds(work), "bystander-" + name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void rounds(Runnable work) {
    try {
      while (!stopped) {
        try {
          work.run();
        } catch (DatabrokerException error) {
          tolerate(error);
        }
        LockSupport.parkNanos(PACE_NANOS);
      }
    } catch (ClosedException closed) {
      // Another thread closed the backend.
    } catch (Throwable failed) {
      broken.compareAndSet(null, failed);
    }
  }

  private void tolerate(DatabrokerException error) {
    if (error instanceof ClosedException || !(isOrdinary(error) || tolerated.test(error))) {
      throw error;
    }
    if (!isOrdinary(error)) {
      faults.incrementAndGet();
    }
  }

  private static boolean isOrdinary(DatabrokerException error) {
    return ORDINARY.contains(error.id());
  }

  /** Follows a feed until an error ends it; the next call continues after the failed place. */
  private void follow(@Nullable String type) {
    Position at = faults.get() % 2 == 0 ? backend.versions().begin() : backend.versions().end();
    Semaphore ready = new Semaphore(0);
    try (ChangeFeed feed = backend.changes(at, type)) {
      while (!stopped) {
        Changes next = feed.poll();
        if (next == null) {
          ready.drainPermits();
          feed.onReady(ready::release);
          ready.tryAcquire(20, TimeUnit.MILLISECONDS);
          continue;
        }
        check(at, next, type);
        at = next.position();
        if (type == null) {
          seen.accept(at);
        }
      }
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
  }

  private void check(Position before, Changes next, @Nullable String type) {
    long last = before.version();
    for (StoredRecord record : next.records()) {
      require(type == null ? record.version() == last + 1 : record.version() > last, record);
      require(type == null || record.type().equals(type), record);
      require(whole.test(record), record);
      last = record.version();
      changes.incrementAndGet();
    }
    require(next.position().version() >= last, next);
    require(type != null || next.position().version() == last, next);
    require(next.position().serverVersion() == before.serverVersion(), next);
  }

  private void read() {
    Set<String> keys = new HashSet<>();
    List<StoredRecord> found = new ArrayList<>();
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      long version = snapshot.position().version();
      Iterator<StoredRecord> records = snapshot.records();
      while (!stopped) {
        try {
          if (!records.hasNext()) {
            break;
          }
          StoredRecord record = records.next();
          require(!record.deleted() && record.version() <= version, record);
          require(whole.test(record), record);
          require(keys.add(record.type() + '\n' + record.id()), record);
          found.add(record);
          reads.incrementAndGet();
        } catch (DatabrokerException error) {
          if (isOrdinary(error)) {
            break;
          }
          tolerate(error);
        }
      }
    }
    Random random = new Random(found.size());
    for (int i = 0; i < 20 && !found.isEmpty(); i++) {
      get(found.get(random.nextInt(found.size())));
    }
  }

  private void get(StoredRecord known) {
    try {
      StoredRecord now = backend.get(known.type(), known.id());
      if (now != null) {
        require(now.type().equals(known.type()) && now.id().equals(known.id()), now);
        require(now.version() >= known.version(), now);
        require(now.version() != known.version() || now.equals(known), now);
        require(whole.test(now), now);
        reads.incrementAndGet();
      }
    } catch (DatabrokerException error) {
      tolerate(error);
    }
  }

  private static void require(boolean holds, Object told) {
    if (!holds) {
      throw new AssertionError("a bystander was told " + told);
    }
  }

  /** Fails if one of the threads saw an impossible answer. */
  void check() {
    Throwable failed = broken.get();
    if (failed != null) {
      throw new AssertionError("a bystander failed", failed);
    }
  }

  /** Stops the threads, and fails as {@link #check} does. */
  @Override
  public void close() {
    stopped = true;
    try {
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(30));
        require(!thread.isAlive(), thread);
      }
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
    check();
  }
}
