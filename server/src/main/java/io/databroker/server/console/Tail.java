package io.databroker.server.console;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest changes. It follows the feed while a browser asks for the changes, and keeps the last
 * {@link #KEPT}. If it cannot keep up, it skips to the end and says how many changes it left out.
 *
 * <p>One thread of an executor owns the feed; the kept rows are guarded by the lock of this object.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Tail {
  private static final Logger log = LoggerFactory.getLogger(Tail.class);

  static final int KEPT = 300;

  /** Changes from before the start that are read at first. */
  private static final int BEFORE = 100;

  /** Largest number of changes by which it may lag before it skips. */
  private static final long MOST_BEHIND = 20_000;

  /** Answers of the feed in one turn. */
  private static final int TURN = 256;

  private static final long UNWATCHED_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * A change, or a gap.
   *
   * @param number counts all rows since the start
   * @param record the change without a large payload; null for a gap
   * @param bytes size of the payload
   * @param gap the reason of a gap, for people; empty for a change
   */
  private record Row(long number, @Nullable StoredRecord record, int bytes, String gap) {}

  private final Backend backend;
  private final Executor thread;
  private final LongSupplier nanoTime;
  private final Rates rates;

  private volatile long lookedAt;
  private volatile boolean following;

  /** Used only by the thread. */
  private @Nullable ChangeFeed feed;

  /** Version of the last change; used only by the thread. */
  private long at;

  /** Last version at the start: later changes count for the rates. Used only by the thread. */
  private long countedAfter;

  // Guarded by this.
  private final Deque<Row> rows = new ArrayDeque<>();
  private long last;
  private long history;

  /**
   * @param thread runs one task at a time
   */
  Tail(Backend backend, Executor thread, LongSupplier nanoTime, Rates rates) {
    this.backend = backend;
    this.thread = thread;
    this.nanoTime = nanoTime;
    this.rates = rates;
  }

  /** Follows the feed for the next half minute. */
  void look() {
    lookedAt = nanoTime.getAsLong();
    if (!following) {
      following = true;
      submit(this::begin);
    }
  }

  private void submit(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      following = false; // the console is closed
    }
  }

  private void begin() {
    if (feed != null) {
      return;
    }
    guarded(
        () -> {
          Versions versions = backend.versions();
          long start = Math.max(versions.earliest() - 1, versions.latest() - BEFORE);
          open(versions, Math.max(start, 0));
        });
  }

  private void open(Versions versions, long after) {
    boolean sameHistory;
    long gap;
    synchronized (this) {
      sameHistory = versions.serverVersion() == history;
      gap = after - at;
      if (!sameHistory) {
        rows.clear();
        if (history != 0) {
          add(null, 0, "a new history has begun");
        }
      } else if (gap > 0) {
        add(null, 0, gap + " changes are not shown");
      }
      history = versions.serverVersion();
    }
    at = sameHistory ? Math.max(at, after) : after;
    countedAfter = versions.latest();
    feed = backend.changes(new Position(versions.serverVersion(), at), null);
    drain();
  }

  private void drain() {
    guarded(
        () -> {
          ChangeFeed current = feed;
          if (current == null) {
            return;
          }
          if (nanoTime.getAsLong() - lookedAt > UNWATCHED_NANOS) {
            stop();
            return;
          }
          for (int i = 0; i < TURN; i++) {
            Changes changes = current.poll();
            if (changes == null) {
              current.onReady(() -> submit(this::drain));
              return;
            }
            take(changes);
          }
          skip(current);
          submit(this::drain);
        });
  }

  private void take(Changes changes) {
    synchronized (this) {
      for (StoredRecord record : changes.records()) {
        add(Rows.slim(record), record.payload().size(), "");
      }
    }
    at = changes.position().version();
    if (Long.compareUnsigned(at, countedAfter) > 0) {
      changes.records().forEach(record -> rates.add(record.type(), 1));
    }
  }

  /** Continues at the end of the history if it is far behind. */
  private void skip(ChangeFeed current) {
    Versions versions = backend.versions();
    long behind = versions.latest() - at;
    if (versions.serverVersion() == history() && behind > MOST_BEHIND) {
      rates.add((int) Math.min(behind, Integer.MAX_VALUE));
      current.close();
      feed = null;
      open(versions, versions.latest());
    }
  }

  private synchronized long history() {
    return history;
  }

  private void add(@Nullable StoredRecord record, int bytes, String gap) {
    rows.addLast(new Row(++last, record, bytes, gap));
    if (rows.size() > KEPT) {
      rows.removeFirst();
    }
  }

  /** Runs a step. A feed that has failed is opened again at the next request. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (DatabrokerException e) {
      stop();
    } catch (RuntimeException | Error e) { // a backend of others may throw anything
      stop();
      log.warn("the console cannot follow the changes: {}", e.toString());
    }
  }

  private void stop() {
    ChangeFeed open = feed;
    feed = null;
    following = false;
    if (open != null) {
      open.close();
    }
  }

  /** Returns the rows after the given number. */
  synchronized JsonObject json(long after) {
    JsonObject json = new JsonObject();
    JsonArray changes = new JsonArray();
    for (Row row : rows) {
      if (row.number > after) {
        JsonObject shown = new JsonObject();
        if (row.record == null) {
          shown.addProperty("gap", row.gap);
        } else {
          shown = Rows.row(row.record, row.bytes);
        }
        changes.add(shown);
      }
    }
    long first = rows.isEmpty() ? last + 1 : rows.peekFirst().number;
    json.add("changes", changes);
    json.addProperty("missed", after > 0 && after <= last ? Math.max(0, first - 1 - after) : 0);
    json.addProperty("next", last);
    json.addProperty("history", Rows.version(history));
    return json;
  }
}
