package io.databroker.inmemory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Drops the beginning of a history, in portions, so that no write waits long for it. */
final class Trim {
  private static final int PORTION = 4_096;

  private final InMemoryBackend backend;
  private final Instant before;

  Trim(InMemoryBackend backend, Instant before) {
    this.backend = backend;
    this.before = before;
  }

  /** How many changes it dropped. */
  long run() {
    long dropped = 0;
    long portion;
    do {
      portion = runOnce();
      dropped += portion;
    } while (portion > 0);
    return dropped;
  }

  private long runOnce() {
    ReentrantLock writing = backend.writing();
    History history;
    long first;
    long kept;
    List<LogFeed> concerned;
    writing.lock();
    try {
      history = backend.current();
      first = history.commit.first();
      kept = firstKept(history);
      if (kept == first) {
        return 0;
      }
      concerned = moveFeedsOn(history, first, kept - 1);
      drop(history, kept);
    } finally {
      writing.unlock();
    }
    concerned.forEach(history.waiters::wake);
    return kept - first;
  }

  private long firstKept(History history) {
    Commit commit = history.commit;
    Log.View log = history.log.view();
    long kept = commit.first();
    while (kept <= commit.version() && kept - commit.first() < PORTION) {
      Entry entry = log.get(kept);
      if (entry == null || !entry.record.modifiedAt().isBefore(before)) {
        break;
      }
      kept = entry.batchEnd() + 1;
    }
    return kept;
  }

  private static List<LogFeed> moveFeedsOn(History history, long first, long last) {
    List<LogFeed> concerned = new ArrayList<>();
    for (LogFeed feed : history.waiters.typed()) {
      if (feed.moveOn(first, last)) {
        concerned.add(feed);
      }
    }
    return concerned;
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
