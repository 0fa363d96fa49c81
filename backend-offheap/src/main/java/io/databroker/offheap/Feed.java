package io.databroker.offheap;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StoredRecord;
import io.databroker.offheap.journal.Directory;
import io.databroker.offheap.journal.Micros;
import io.databroker.offheap.journal.RecordCopy;
import io.databroker.offheap.journal.Segment;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A position in a history, and nothing else that grows. */
final class Feed implements ChangeFeed {
  private final Store store;
  private final History history;
  private final @Nullable String type;
  private final AtomicReference<@Nullable Runnable> signal = new AtomicReference<>();

  private volatile long position;

  /** Where a trim has moved the position on to, while this waited. */
  private volatile long movedTo;

  private volatile boolean closed;

  Feed(Store store, History history, long position, @Nullable String type) {
    this.store = store;
    this.history = history;
    this.position = position;
    this.type = type;
  }

  @Nullable String type() {
    return type;
  }

  @Override
  public @Nullable Changes poll() {
    if (closed) {
      throw new ClosedException("change feed");
    }
    int inside = store.guard.enter();
    try {
      while (true) {
        checkCurrent();
        Commit now = history.commit;
        long from = position;
        long moved = movedTo;
        if (moved > from) {
          return answer(List.of(), moved);
        }
        if (now.version() == from) {
          return null;
        }
        if (now.first() > from + 1) {
          throw new HistoryTrimmedException(from, now.first());
        }
        Changes changes = next(from, now.version());
        if (changes != null) {
          return changes;
        }
        // Trimmed between the two looks: the next one says so. Nothing else may bring it here
        // again.
        if (history.commit.first() <= from + 1 && store.history == history) {
          throw new StorageFailedException(
              String.format(
                  Locale.ROOT,
                  "version %d and what follows cannot be read back, though nothing was trimmed; begin with a snapshot",
                  from + 1),
              null);
        }
      }
    } finally {
      store.guard.exit(inside);
    }
  }

  private void checkCurrent() {
    History current = store.history;
    if (current != history) {
      throw new HistoryReplacedException(history.serverVersion, current.serverVersion);
    }
  }

  private Changes answer(List<StoredRecord> records, long end) {
    position = end;
    return new Changes(records, new Position(history.serverVersion, end));
  }

  private @Nullable Changes next(long from, long latest) {
    long first = from + 1;
    TypeTable only = null;
    if (type != null) {
      only = history.tables.get(type);
      first = only == null ? 0 : firstAfter(only, from);
      if (only == null || first == 0 || first > latest) {
        return history.commit.first() > from + 1 ? null : answer(List.of(), latest);
      }
    }
    Directory segments = history.directory;
    Segment segment = segments.holding(first);
    if (segment == null || segment.isCompacted()) {
      return null;
    }
    int index = segment.indexOf(first);
    RecordCopy copy = RecordCopy.of(segment, index);
    Instant modified = Micros.instant(copy.modified());
    int left = copy.followers();
    long end = first + left;
    StoredRecord[] records = new StoredRecord[left + 1];
    int found = 0;
    for (long version = first; version <= end; version++, index++) {
      if (only == null || segment.typeAt(index) == only.number) {
        copy = version == first ? copy : RecordCopy.of(segment, index);
        StoredRecord record = history.record(segments, segment, index, copy, modified);
        if (record == null) {
          return null;
        }
        records[found++] = record;
      }
    }
    // Only what is still held was surely found whole and where it was looked for.
    return history.commit.first() > from + 1 ? null : answer(listOf(records, found), end);
  }

  private static List<StoredRecord> listOf(StoredRecord[] records, int count) {
    return List.of(count == records.length ? records : Arrays.copyOf(records, count));
  }

  /** The first version of that type behind one; 0 if there is none. */
  private static long firstAfter(TypeTable table, long version) {
    long[] found = new long[1];
    return table.order.page(0, version, found) == 0 ? 0 : found[0];
  }

  @Override
  public void onReady(Runnable ready) {
    signal.set(ready);
    store.waiters.add(this);
    if (hasNews()) {
      store.waiters.wake(this);
    }
  }

  private boolean hasNews() {
    if (closed || store.guard.isClosed() || store.history != history || movedTo > position) {
      return true;
    }
    int inside;
    try {
      inside = store.guard.enter();
    } catch (ClosedException closing) {
      return true;
    }
    try {
      // Cleared meanwhile: a history is freed only after this has left.
      if (store.history != history) {
        return true;
      }
      long latest = history.commit.version();
      // What was trimmed meanwhile may not be found: then that is the news.
      return (type == null ? latest > position : holds(type, position, latest))
          || history.commit.first() > position + 1;
    } finally {
      store.guard.exit(inside);
    }
  }

  /** Whether there are changes of that type after one version and up to another. */
  private boolean holds(String only, long after, long upTo) {
    TypeTable table = history.tables.get(only);
    long first = table == null ? 0 : firstAfter(table, after);
    return first != 0 && first <= upTo;
  }

  /**
   * For a trim that is about to drop all changes up to {@code last}: moves this on if none of them
   * was for it.
   *
   * @param first the first change that is held until now
   * @return whether the trim concerns this feed
   */
  boolean moveOn(History trimmed, long first, long last) {
    long from = Math.max(position, movedTo);
    if (type == null || trimmed != history || from >= last) {
      return false;
    }
    if (from + 1 >= first && !holds(type, from, last)) {
      movedTo = last;
    }
    return true;
  }

  /** Runs what waits for this feed, once. */
  void signal() {
    Runnable ready = signal.getAndSet(null);
    if (ready != null) {
      try {
        ready.run();
      } catch (RuntimeException | Error thrown) {
        // Not this feed's business, nor that of the feeds behind it.
        report(thrown);
      }
    }
  }

  private static void report(Throwable thrown) {
    Thread thread = Thread.currentThread();
    try {
      thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
    } catch (RuntimeException | Error ignored) {
      // As the JVM does with what a handler throws.
    }
  }

  @Override
  public void close() {
    closed = true;
    store.waiters.cancel(this);
  }
}
