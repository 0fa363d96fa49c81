package io.databroker.inmemory;

import org.jspecify.annotations.Nullable;

/**
 * The live entries of a table, the oldest written first: a list through the entries themselves, so
 * that a rewrite and an eviction cost the same however many there are. The writer's alone.
 */
final class WriteOrder {
  private @Nullable Entry oldest;
  private @Nullable Entry youngest;

  /** Whether times have never stepped back along the list since it was last empty. */
  private boolean timesAscend = true;

  @Nullable Entry oldest() {
    return oldest;
  }

  boolean timesAscend() {
    return timesAscend;
  }

  void append(Entry entry) {
    Entry last = youngest;
    entry.older = last;
    if (last == null) {
      oldest = entry;
      timesAscend = true;
    } else {
      last.newer = entry;
      timesAscend &= !entry.record.modifiedAt().isBefore(last.record.modifiedAt());
    }
    youngest = entry;
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
