package io.databroker.offheap;

import io.databroker.offheap.journal.Directory;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.Micros;
import io.databroker.offheap.journal.RecordCopy;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.SideState;
import java.time.Instant;

/**
 * Drops the beginning of the history. It first finds the new beginning without the lock, because
 * that may take a while.
 */
final class Trim {
  private final Store store;
  private final Instant before;

  Trim(Store store, Instant before) {
    this.store = store;
    this.before = before;
  }

  long run() {
    long dropped = 0;
    int inside = store.guard.enter();
    History history;
    long last;
    try {
      history = store.history;
      last = lastDropped(history);
    } finally {
      store.guard.exit(inside);
    }
    if (last != 0) {
      try {
        dropped = store.write(now -> now == history ? drop(now, last + 1) : 0L);
      } finally {
        store.feeds.endTrim(last + 1);
      }
    }
    return dropped;
  }

  /**
   * Returns the last version of the longest run of batches that are old enough, or 0 if there is
   * none. A damaged record counts as if it were part of the next readable batch.
   */
  private long lastDropped(History history) {
    Commit commit = history.commit;
    Directory segments = history.directory;
    long last = 0;
    long version = commit.first();
    while (version <= commit.version()) {
      Segment segment = segments.holding(version);
      if (segment == null || segment.isCompacted()) {
        break; // another thread has trimmed it meanwhile
      }
      RecordCopy record = RecordCopy.find(segment, segment.indexOf(version));
      if (record == null) {
        version++;
        continue;
      }
      long end = version + record.followers();
      if (!time(segment, record, end).isBefore(before)) {
        break;
      }
      last = end;
      version = last + 1;
    }
    return last;
  }

  /**
   * Returns the time of a batch: that of its last record (RESTORE-5), or of its first readable one
   * if the last one is damaged.
   */
  private static Instant time(Segment segment, RecordCopy first, long end) {
    long known = first.modified();
    RecordCopy last =
        first.followers() == 0 ? first : RecordCopy.find(segment, segment.indexOf(end));
    return Micros.instant(last == null ? known : last.modified());
  }

  private long drop(History history, long first) {
    Commit planned = history.planned;
    long dropped = first - planned.first();
    if (dropped <= 0) {
      return 0;
    }
    store.feeds.beginTrim(first);
    store.publisher.checkWritable();
    store.journal.rollIfShort(history, first);
    store.append(history, Frame.Kind.TRIM, SideState.bytes(out -> out.writeLong(first)));
    store.publish(history, planned.trimmedTo(first));
    return dropped;
  }
}
