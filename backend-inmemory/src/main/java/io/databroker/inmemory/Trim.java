package io.databroker.inmemory;

import io.databroker.api.Changes;
import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** Drops the beginning of a history, in portions, so that no write waits long for it. */
final class Trim {
  private static final int PORTION = 4_096;

  private final InMemoryBackend backend;
  private final Instant before;

  /** The feeds to wake: after the last portion, so that each of them finds all of them moved on. */
  private final Set<LogFeed> concerned = new HashSet<>();

  Trim(InMemoryBackend backend, Instant before) {
    this.backend = backend;
    this.before = before;
  }

  /** How many changes it dropped. */
  long run() {
    History history = backend.current();
    // What is written from now on stays, or else writers could keep this going without end.
    long limit = history.commit.version();
    long dropped = 0;
    long portion;
    try {
      do {
        portion = runOnce(limit);
        dropped += portion;
      } while (portion > 0);
    } finally {
      concerned.forEach(history.waiters::wake);
    }
    return dropped;
  }

  private long runOnce(long limit) {
    ReentrantLock writing = backend.writing();
    writing.lock();
    try {
      History history = backend.current();
      long first = history.commit.first();
      long kept = firstKept(history, limit);
      if (kept > first) {
        moveFeedsOn(history, first, kept - 1);
        drop(history, kept);
      }
      return kept - first;
    } finally {
      writing.unlock();
    }
  }

  private long firstKept(History history, long limit) {
    Commit commit = history.commit;
    Log.View<Changes> log = history.told.view();
    long index = log.first();
    long kept = commit.first();
    while (kept <= limit && kept - commit.first() < PORTION) {
      Changes batch = log.get(index++);
      if (batch == null || !batch.records().get(0).modifiedAt().isBefore(before)) {
        break;
      }
      kept = batch.position().version() + 1;
    }
    return kept;
  }

  private void moveFeedsOn(History history, long first, long last) {
    for (LogFeed feed : history.waiters.typed()) {
      if (feed.moveOn(history, first, last)) {
        concerned.add(feed);
      }
    }
  }

  private static void drop(History history, long kept) {
    Commit commit = history.commit;
    Set<Table> tables = new HashSet<>();
    Log.View<Changes> batches = history.told.view();
    long index = batches.first();
    Changes batch = batches.get(index);
    while (batch != null && batch.position().version() < kept) {
      for (StoredRecord record : batch.records()) {
        // It is there: a table outlives the history of its type.
        tables.add(Objects.requireNonNull(history.tables.get(record.type())));
      }
      batch = batches.get(++index);
    }
    // Snapshots go by a base and the log behind it: move the bases on, then say what is held, and
    // only then let go of it, so that a reader who misses something finds out why.
    for (Table table : tables) {
      Base base = table.base().advance(table.log.view(), kept - 1);
      if (base != null) {
        table.offer(base);
      }
    }
    history.commit = commit.withFirst(kept);
    for (Table table : tables) {
      table.log.trim(table.log.view().after(kept - 1, commit.version()));
      table.told.trim(table.told.view().after(kept - 1, commit.version()));
      history.dropIfUnused(table);
    }
    history.told.trim(index);
  }
}
