package io.databroker.server.console;

import io.databroker.api.Backend;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the records of the types that a browser shows. No backend keeps such counts, so a count
 * reads the type, one at a time on one thread, with pauses of four times its duration. So counting
 * takes at most a fifth of one processor.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class TypeCounts {
  private static final int MOST_KEPT = 10_000;
  private static final int PAUSES = 4;
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int CHECKED_EVERY = 256;

  /**
   * Number of records of a type.
   *
   * @param complete whether all records were counted; otherwise there are more
   * @param atNanos time of the count
   * @param tookNanos duration of the count
   */
  record Count(long records, boolean complete, long atNanos, long tookNanos) {}

  private final Backend backend;
  private final ScheduledExecutorService thread;
  private final LongSupplier nanoTime;

  // Guarded by this.
  private final Map<String, Count> counts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
          return size() > MOST_KEPT;
        }
      };
  private final Set<String> wanted = new LinkedHashSet<>();
  private boolean working;

  TypeCounts(Backend backend, ScheduledExecutorService thread, LongSupplier nanoTime) {
    this.backend = backend;
    this.thread = thread;
    this.nanoTime = nanoTime;
  }

  /** Returns the last count of a type, or null; asks for a new one if it is old. */
  synchronized @Nullable Count of(String type) {
    Count known = counts.get(type);
    long fresh = known == null ? 0 : Math.max(FRESH_NANOS, 20 * known.tookNanos);
    if (known == null || nanoTime.getAsLong() - known.atNanos > fresh) {
      if (wanted.size() < MOST_KEPT) {
        wanted.add(type);
      }
      if (!working) {
        working = true;
        schedule(0);
      }
    }
    return known;
  }

  /** Returns the seconds since a count. */
  long age(Count count) {
    return TimeUnit.NANOSECONDS.toSeconds(nanoTime.getAsLong() - count.atNanos);
  }

  private void schedule(long pauseNanos) {
    try {
      var unused = thread.schedule(this::countNext, pauseNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return; // the console is closed
    }
  }

  private void countNext() {
    String type;
    synchronized (this) {
      Iterator<String> first = wanted.iterator();
      if (!first.hasNext()) {
        working = false;
        return;
      }
      type = first.next();
      first.remove();
    }
    long pause = FRESH_NANOS;
    try {
      Count count = count(type);
      synchronized (this) {
        counts.put(type, count);
      }
      pause = PAUSES * count.tookNanos;
    } catch (DatabrokerException e) {
      // The type keeps its former count; the overview shows why the backend fails.
    } finally {
      schedule(pause);
    }
  }

  private Count count(String type) {
    long begun = nanoTime.getAsLong();
    long records = 0;
    boolean complete = true;
    try (Snapshot snapshot = backend.snapshot(Selection.ofType(type))) {
      for (Iterator<StoredRecord> all = snapshot.records(); all.hasNext(); records++) {
        var unused = all.next();
        if (records % CHECKED_EVERY == 0 && nanoTime.getAsLong() - begun > LONGEST_NANOS) {
          complete = false;
          break;
        }
      }
    }
    long now = nanoTime.getAsLong();
    return new Count(records, complete, now, now - begun);
  }
}
