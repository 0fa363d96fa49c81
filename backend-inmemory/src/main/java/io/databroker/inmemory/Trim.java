package io.databroker.inmemory;

import io.databroker.api.Changes;
import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/** Trims the history, in portions, so that no write waits long. */
final class Trim {
  private static final int PORTION = 4_096;

  private final InMemoryBackend backend;

  Trim(InMemoryBackend backend) {
    this.backend = backend;
  }

  /** Drops the batches written before that instant; returns the number of changes dropped. */
  long before(Instant instant) {
    History history = backend.current();
    // Writes made meanwhile are not trimmed: otherwise this call might never end.
    long limit = history.commit.version();
    Predicate<Changes> old = batch -> time(batch).isBefore(instant);
    long dropped = 0;
    long portion;
    try {
      do {
        portion = portion(limit, old);
        dropped += portion;
      } while (portion > 0);
    } finally {
      if (dropped > 0) {
        backend.endTrim();
      }
    }
    return dropped;
  }

  /** Returns the time of a batch: that of its last change (RESTORE-5). */
  private static Instant time(Changes batch) {
    return batch.records().get(batch.records().size() - 1).modifiedAt();
  }

  /**
   * Drops the oldest batches until the history holds at most that many bytes besides the live
   * records, or only changes that a read needs. Called under the lock; the caller ends the trim.
   */
  long toFit(History history, long bytes) {
    long dropped = 0;
    while (history.usage.dead() > bytes) {
      Commit commit = history.commit;
      long held = commit.version() + 1 - commit.first();
      if (held == 0) {
        break;
      }
      int portion = (int) Math.max(1, Math.min(PORTION, held / 16));
      long kept = firstKept(history, commit.version(), portion, batch -> true);
      kept = Math.min(kept - 1, history.pins.oldest()) + 1;
      if (kept <= commit.first()) {
        break; // a read needs the changes for a moment; the next write trims them
      }
      backend.feeds.beginTrim(kept);
      drop(history, kept);
      dropped += kept - commit.first();
    }
    return dropped;
  }

  private long portion(long limit, Predicate<Changes> old) {
    backend.writing.lock();
    try {
      History history = backend.current();
      long first = history.commit.first();
      long kept = firstKept(history, limit, PORTION, old);
      if (kept > first) {
        backend.feeds.beginTrim(kept);
        drop(history, kept);
      }
      return kept - first;
    } finally {
      backend.writing.unlock();
    }
  }

  private static long firstKept(History history, long limit, int portion, Predicate<Changes> old) {
    Commit commit = history.commit;
    Log.View<Changes> log = history.told.view();
    long index = log.first();
    long kept = commit.first();
    while (kept <= limit && kept - commit.first() < portion) {
      Changes batch = log.get(index++);
      if (batch == null || !old.test(batch)) {
        break;
      }
      kept = batch.position().version() + 1;
    }
    return kept;
  }

  private static void drop(History history, long kept) {
    Commit commit = history.commit;
    Set<Table> tables = new HashSet<>();
    Log.View<Changes> batches = history.told.view();
    long index = batches.first();
    Changes batch = batches.get(index);
    while (batch != null && batch.position().version() < kept) {
      for (StoredRecord record : batch.records()) {
        // Not null: a table outlives the history of its type.
        Table table = Objects.requireNonNull(history.tables.get(record.type()));
        table.lastTrimmed = record.version();
        tables.add(table);
      }
      batch = batches.get(++index);
    }
    // A snapshot reads a base and the log after it. So advance the bases, then publish the new
    // first version, and only then drop the log: a reader that misses a change then sees that it
    // was trimmed.
    for (Table table : tables) {
      Base base = table.base().advance(table.log.view(), kept - 1);
      if (base != null) {
        table.offer(base);
      }
    }
    history.commit = commit.withFirst(kept);
    long freed = 0;
    for (Table table : tables) {
      freed += freed(table, kept);
      table.log.trim(table.log.view().after(kept - 1, commit.version()));
      table.told.trim(table.told.view().after(kept - 1, commit.version()));
      history.dropIfUnused(table);
    }
    history.usage.add(0, -freed);
    history.told.trim(index);
  }

  /**
   * Returns the bytes of a table's changes before the given version, without those of live records.
   */
  private static long freed(Table table, long kept) {
    long freed = 0;
    Log.View<Entry> log = table.log.view();
    long index = log.first();
    for (Entry entry = log.get(index);
        entry != null && entry.version() < kept;
        entry = log.get(++index)) {
      freed += (entry.run == null ? Usage.of(entry.record) : 0) + ((long) entry.pinned << 4);
      entry.pinned = 0;
    }
    return freed;
  }
}
