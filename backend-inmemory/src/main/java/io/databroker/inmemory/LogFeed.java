package io.databroker.inmemory;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A position in a history's log, and nothing else: no part of the history is kept from here. */
final class LogFeed implements ChangeFeed {
  private final InMemoryBackend backend;
  private final Waiters waiters;
  private final long serverVersion;
  private final @Nullable String type;
  private final AtomicReference<@Nullable Runnable> signal = new AtomicReference<>();

  private volatile long position;

  /** Where a trim has moved the position on to, while this waited. */
  private volatile long movedTo;

  private volatile boolean closed;

  /** Where the type's next change stands in the log of the table made then; the poller's alone. */
  private long next;

  private long born = -1;

  LogFeed(InMemoryBackend backend, Waiters waiters, Position from, @Nullable String type) {
    this.backend = backend;
    this.waiters = waiters;
    this.serverVersion = from.serverVersion();
    this.position = from.version();
    this.type = type;
  }

  @Nullable String type() {
    return type;
  }

  long position() {
    return position;
  }

  @Override
  public @Nullable Changes poll() {
    if (closed) {
      throw InMemoryBackend.closed("change feed");
    }
    while (true) {
      History history = backend.current(serverVersion);
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
      Changes changes =
          type == null ? nextOfAll(history, from) : nextOfType(history, type, now, from);
      if (changes != null) {
        return changes;
      }
      // Trimmed between the two looks: the next one says so.
    }
  }

  private Changes answer(List<StoredRecord> records, long end) {
    position = end;
    return new Changes(records, new Position(serverVersion, end));
  }

  private @Nullable Changes nextOfAll(History history, long from) {
    Log.View log = history.log.view();
    Entry entry = log.get(from + 1);
    if (entry == null) {
      return null;
    }
    long end = entry.batchEnd();
    StoredRecord[] records = new StoredRecord[(int) (end - from)];
    for (int i = 0; i < records.length; i++) {
      records[i] = Objects.requireNonNull(log.get(from + 1 + i)).record;
    }
    return answer(List.of(records), end);
  }

  private @Nullable Changes nextOfType(History history, String only, Commit now, long from) {
    Table found = history.tables.get(only);
    Log.View log = found == null ? null : found.log.view();
    if (history.commit.first() > from + 1) {
      return null;
    }
    if (found == null || log == null) {
      return answer(List.of(), now.version());
    }
    if (found.born != born || next < log.first()) {
      born = found.born;
      next = log.after(from, now.version());
    }
    Entry entry = log.get(next);
    if (entry == null || entry.version() > now.version()) {
      return answer(List.of(), now.version());
    }
    long end = entry.batchEnd();
    long first = next;
    while (entry != null && entry.version() <= end) {
      entry = log.get(++next);
    }
    StoredRecord[] records = new StoredRecord[(int) (next - first)];
    for (int i = 0; i < records.length; i++) {
      records[i] = Objects.requireNonNull(log.get(first + i)).record;
    }
    return answer(List.of(records), end);
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
    return movedTo > position
        || now.first() > position + 1
        || (type == null
            ? now.version() > position
            : holds(history, type, position, now.version()));
  }

  /** Whether there are changes of that type after one version and up to another. */
  private static boolean holds(History history, String only, long after, long upTo) {
    Table found = history.tables.get(only);
    if (found == null) {
      return false;
    }
    Log.View log = found.log.view();
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
    long from = Math.max(position, movedTo);
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
