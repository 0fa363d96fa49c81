package io.databroker.offheap;

import io.databroker.offheap.journal.RecordCopy;
import io.databroker.offheap.journal.Segment;
import org.jspecify.annotations.Nullable;

/**
 * The live records of a type, oldest written first, as the last planned batch left them. Only for
 * the writer, because it skips dead versions at the beginning for good.
 */
final class OldestFirst {
  private final History history;
  private final TypeTable table;
  private final long[] page = new long[64];
  private int filled;
  private int at;
  private long after;
  private boolean foundLive;
  private long version;
  private @Nullable Segment segment;
  private int index;

  OldestFirst(History history, TypeTable table) {
    this(history, table, 0);
  }

  /** Returns the versions after the given one. */
  OldestFirst(History history, TypeTable table, long after) {
    this.history = history;
    this.table = table;
    this.after = Math.max(after, table.dead);
    this.foundLive = after > table.dead;
  }

  /** Moves to the next record, if there is one. */
  boolean next() {
    while (true) {
      if (at == filled) {
        filled = table.order.page(0, after, page);
        at = 0;
        if (filled == 0) {
          return false;
        }
        after = page[filled - 1];
      }
      long candidate = page[at++];
      Segment holding = history.directory.holding(candidate);
      int place = holding == null ? -1 : holding.indexOf(candidate);
      if (holding != null && holding.supersededAt(place) == 0) {
        foundLive = true;
        version = candidate;
        segment = holding;
        index = place;
        return true;
      }
      if (!foundLive) {
        table.dead = candidate;
      }
    }
  }

  long version() {
    return version;
  }

  /** Returns the record, valid until this thread reads another; null if it is damaged. */
  @Nullable RecordCopy record() {
    if (segment == null) {
      throw new IllegalStateException("no record");
    }
    return RecordCopy.find(segment, index);
  }
}
