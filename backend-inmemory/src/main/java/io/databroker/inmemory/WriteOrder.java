package io.databroker.inmemory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The live entries of a table, the oldest written first: a list through the entries themselves, so
 * that a rewrite and an eviction cost the same however many there are. The writer's alone.
 */
final class WriteOrder {
  private @Nullable Entry oldest;
  private @Nullable Entry youngest;

  /** The latest time since the list was last empty. */
  private Instant latest = Instant.MIN;

  /** By how many seconds, rounded up, times have stepped back behind it at most. */
  private long slack;

  @Nullable Entry oldest() {
    return oldest;
  }

  /**
   * By how many seconds at most an entry's time is before that of an older one: 0, unless the clock
   * has stepped back.
   */
  long slack() {
    return slack;
  }

  void append(Entry entry) {
    Entry last = youngest;
    entry.older = last;
    if (last == null) {
      oldest = entry;
      latest = Instant.MIN;
      slack = 0;
    } else {
      last.newer = entry;
    }
    youngest = entry;
    Instant time = entry.record.modifiedAt();
    if (!time.isBefore(latest)) {
      latest = time;
    } else {
      slack = Math.max(slack, latest.getEpochSecond() - time.getEpochSecond() + 1);
    }
  }

  void remove(Entry entry) {
    if (entry.older == null) {
      oldest = entry.newer;
    } else {
      entry.older.newer = entry.newer;
    }
    if (entry.newer == null) {
      youngest = entry.older;
    } else {
      entry.newer.older = entry.older;
    }
    // The logs keep the entry: it must not keep its neighbours.
    entry.older = null;
    entry.newer = null;
  }
}
