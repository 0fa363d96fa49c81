package io.databroker.inmemory;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A position in a history's log, and nothing else: no part of the history is kept from here. */
final class LogFeed implements ChangeFeed {
  private final InMemoryBackend backend;
  private final Waiters waiters;
  private final long serverVersion;
  private final @Nullable String type;
  private final AtomicReference<@Nullable Runnable> signal = new AtomicReference<>();

  /**
   * Stored without a fence, which would keep the next poll from fetching anything until this one
   * has fetched all: whoever else reads it may as well have read it earlier.
   */
  private final AtomicLong position;

  /** Where a trim has moved the position on to, while this waited. */
  private volatile long movedTo;

  private volatile boolean closed;

  /** Where the next batch stands in the log, of the table made then; the poller's alone. */
  private long next = -1;

  private long born = -1;

  LogFeed(InMemoryBackend backend, Waiters waiters, Position from, @Nullable String type) {
    this.backend = backend;
    this.waiters = waiters;
    this.serverVersion = from.serverVersion();
    this.position = new AtomicLong(from.version());
    this.type = type;
  }

  @Nullable String type() {
    return type;
  }

  long position() {
    return position.get();
  }

  @Override
  public @Nullable Changes poll() {
    if (closed) {
      throw InMemoryBackend.closed("change feed");
    }
    while (true) {
      History history = backend.current(serverVersion);
      Commit now = history.commit;
      long from = position.get();
      long moved = movedTo;
      if (moved > from) {
        return answer(bookmark(moved));
      }
      if (now.version() == from) {
        return null;
      }
      if (now.first() > from + 1) {
        throw new HistoryTrimmedException(from, now.first());
      }
      Changes changes = next(history, now, from);
      if (changes != null) {
        return answer(changes);
      }
      // Trimmed between the two looks: the next one says so.
    }
  }

  private Changes answer(Changes changes) {
    position.setRelease(changes.position().version());
    return changes;
  }

  private Changes bookmark(long version) {
    return new Changes(List.of(), new Position(serverVersion, version));
  }

  private @Nullable Changes next(History history, Commit now, long from) {
    Table table = type == null ? null : history.tables.get(type);
    if (table != null && table.born != born) {
      born = table.born;
      next = -1;
    }
    Log.View<Changes> told = (table == null ? history.told : table.told).view();
    Log.View<Entry> log = table == null ? null : table.log.view();
    if (history.commit.first() > from + 1) {
      return null;
    }
    if (type != null && table == null) {
      return bookmark(now.version());
    }
    if (next < told.first()) {
      next = told.after(from, now.version());
    }
    Changes changes = told.get(next);
    if (changes == null || changes.position().version() > now.version()) {
      return type == null ? null : bookmark(now.version());
    }
    next++;
    List<StoredRecord> records = changes.records();
    boolean whole = !records.isEmpty() && records.get(0).version() > from;
    return whole ? changes : part(from, changes, log);
  }

  /** What this feed tells of a batch of several types, or one within which it was opened. */
  private static Changes part(long from, Changes batch, Log.@Nullable View<Entry> log) {
    Position end = batch.position();
    List<StoredRecord> part = new ArrayList<>();
    if (log == null) {
      batch.records().stream().filter(it -> it.version() > from).forEach(part::add);
    } else {
      long index = log.after(from, end.version());
      for (Entry entry = log.get(index);
          entry != null && entry.version() <= end.version();
          entry = log.get(++index)) {
        part.add(entry.record);
      }
    }
    return new Changes(part, end);
  }

  @Override
  public void onReady(Runnable ready) {
    signal.set(ready);
    waiters.add(this);
    if (hasNews()) {
      waiters.wake(this);
    }
  }

  private boolean hasNews() {
    History history = backend.history(serverVersion);
    if (closed || history == null) {
      return true;
    }
    Commit now = history.commit;
    long from = position.get();
    return movedTo > from
        || now.first() > from + 1
        || (type == null ? now.version() > from : holds(history, type, from, now.version()));
  }

  /** Whether there are changes of that type after one version and up to another. */
  private static boolean holds(History history, String only, long after, long upTo) {
    Table found = history.tables.get(only);
    if (found == null) {
      return false;
    }
    Log.View<Entry> log = found.log.view();
    Entry entry = log.get(log.after(after, upTo));
    return entry != null && entry.version() <= upTo;
  }

  /**
   * For a trim that is about to drop all changes up to {@code last}, by the writer: moves this on
   * if none of them was for it.
   *
   * @param first the first change that is held until now
   * @return whether the trim concerns this feed
   */
  boolean moveOn(History history, long first, long last) {
    long from = Math.max(position.get(), movedTo);
    if (type == null || serverVersion != history.serverVersion || from >= last) {
      return false;
    }
    if (from + 1 >= first && !holds(history, type, from, last)) {
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
        tell(thrown);
      }
    }
  }

  private static void tell(Throwable thrown) {
    Thread thread = Thread.currentThread();
    try {
      thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
    } catch (RuntimeException | Error ignored) {
      // A handler that fails has been told.
    }
  }

  @Override
  public void close() {
    closed = true;
    waiters.cancel(this);
  }
}
