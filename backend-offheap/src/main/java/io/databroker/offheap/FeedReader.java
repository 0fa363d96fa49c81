package io.databroker.offheap;

import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.api.support.FeedSource;
import io.databroker.offheap.journal.Directory;
import io.databroker.offheap.journal.Micros;
import io.databroker.offheap.journal.RecordCopy;
import io.databroker.offheap.journal.Segment;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the changes of one history, of one type or of all types. */
final class FeedReader implements FeedSource {
  private final Store store;
  private final History history;
  private final @Nullable String type;

  FeedReader(Store store, History history, @Nullable String type) {
    this.store = store;
    this.history = history;
    this.type = type;
  }

  @Override
  public Versions versions() {
    return store.versions();
  }

  @Override
  public @Nullable Changes next(long after, long latest) {
    int inside = store.guard.enter();
    try {
      // A history is freed only after this reader has left the guard.
      return store.history == history ? read(after, latest) : null;
    } finally {
      store.guard.exit(inside);
    }
  }

  @Override
  public boolean holds(long after, long through) {
    if (type == null) {
      return through > after;
    }
    int inside = store.guard.enter();
    try {
      if (store.history != history) {
        return true;
      }
      TypeTable table = history.tables.get(type);
      long first = table == null ? 0 : firstAfter(table, after);
      return (first != 0 && first <= through) || history.commit.first() > after + 1;
    } finally {
      store.guard.exit(inside);
    }
  }

  private @Nullable Changes read(long from, long latest) {
    long first = from + 1;
    TypeTable only = null;
    if (type != null) {
      only = history.tables.get(type);
      first = only == null ? 0 : firstAfter(only, from);
      if (only == null || first == 0 || first > latest) {
        return history.commit.first() > from + 1 ? null : answer(List.of(), latest);
      }
    }
    Directory segments = history.directory;
    Segment segment = segments.holding(first);
    if (segment == null || segment.isCompacted()) {
      return null;
    }
    int index = segment.indexOf(first);
    RecordCopy batch =
        only != null
            ? null
            : RecordCopy.ofBatch(segment, index, latest - from, store.journal.spaces().salt());
    RecordCopy copy = batch == null ? RecordCopy.of(segment, index) : batch;
    long micros = copy.modified();
    Instant modified = Micros.instant(micros);
    int left = copy.followers();
    long end = first + left;
    StoredRecord[] records = new StoredRecord[left + 1];
    int found = 0;
    for (long version = first; version <= end; version++, index++) {
      if (only == null || segment.typeAt(index) == only.number) {
        if (batch != null) {
          batch.select(segment, index);
        } else if (version != first) {
          copy = RecordCopy.of(segment, index);
        }
        if (copy.modified() != micros) {
          micros = copy.modified(); // restored records keep their own times
          modified = Micros.instant(micros);
        }
        StoredRecord record = history.record(segments, segment, index, copy, modified);
        if (record == null) {
          return null;
        }
        records[found++] = record;
      }
    }
    // A record that is no longer held may have been overwritten while it was read.
    return history.commit.first() > from + 1 ? null : answer(listOf(records, found), end);
  }

  private Changes answer(List<StoredRecord> records, long end) {
    return new Changes(records, new Position(history.serverVersion, end));
  }

  private static List<StoredRecord> listOf(StoredRecord[] records, int count) {
    return List.of(count == records.length ? records : Arrays.copyOf(records, count));
  }

  /** Returns the first version of the given type after a given one; 0 if there is none. */
  private static long firstAfter(TypeTable table, long version) {
    long[] found = new long[1];
    return table.order.page(0, version, found) == 0 ? 0 : found[0];
  }
}
