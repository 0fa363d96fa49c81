package io.databroker.offheap;

import io.databroker.api.Bytes;
import io.databroker.offheap.journal.RecordCopy;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.StoredBytes;
import io.databroker.offheap.memory.Region;
import org.jspecify.annotations.Nullable;

/**
 * The live records of a type, oldest written first, as the last planned batch left them. For the
 * writer: what it finds dead at the beginning is never looked at again.
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
  private long offset;

  OldestFirst(History history, TypeTable table) {
    this(history, table, 0);
  }

  /** Those behind that version. */
  OldestFirst(History history, TypeTable table, long after) {
    this.history = history;
    this.table = table;
    this.after = Math.max(after, table.dead);
    this.foundLive = after > table.dead;
  }

  /** Moves on to the next one, if there is one. */
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
      int index = holding == null ? -1 : holding.indexOf(candidate);
      if (holding != null && holding.supersededAt(index) == 0) {
        foundLive = true;
        version = candidate;
        segment = holding;
        offset = holding.offsetAt(index);
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

  String id() {
    return StoredBytes.id(data(), offset);
  }

  Bytes payload() {
    return RecordCopy.of(data(), offset).payload();
  }

  /** In microseconds. */
  long modified() {
    return StoredBytes.modified(data(), offset);
  }

  private Region data() {
    if (segment == null) {
      throw new IllegalStateException("no record");
    }
    return segment.data;
  }
}
