package io.databroker.inmemory;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

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
    Log.View log = history.log.view();
    long kept = commit.first();
    while (kept <= limit && kept - commit.first() < PORTION) {
      Entry entry = log.get(kept);
      if (entry == null || !entry.record.modifiedAt().isBefore(before)) {
        break;
      }
      kept = entry.batchEnd() + 1;
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
    Map<Table, Integer> counts = new HashMap<>();
    Log.View log = history.log.view();
    for (long version = commit.first(); version < kept; version++) {
      @Nullable Entry entry = log.get(version);
      if (entry != null) {
        counts.merge(entry.table, 1, Integer::sum);
      }
    }
    // Snapshots go by a base and the log behind it: move the bases on, then say what is held, and
    // only then let go of it, so that a reader who misses something finds out why.
    counts.forEach(
        (table, count) -> {
          Base base = table.base().advance(table.log.view(), kept - 1);
          if (base != null) {
            table.offer(base);
          }
        });
    history.commit = commit.withFirst(kept);
    counts.forEach(
        (table, count) -> {
          table.log.trim(table.log.view().first() + count);
          history.dropIfUnused(table);
        });
    history.log.trim(kept);
  }
}
