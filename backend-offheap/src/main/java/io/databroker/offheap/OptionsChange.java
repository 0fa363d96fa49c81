package io.databroker.offheap;

import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.support.LastPayloads;
import io.databroker.offheap.journal.Directory;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.Segment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the options of a type. It first indexes the stored records, while writers index the new
 * ones. Then it evicts in portions, while writers keep the number of records from growing again.
 * Last, it writes the options to the journal.
 */
final class OptionsChange {
  private static final int BATCH = 256;

  /** The largest number of records that are evicted together with the new options (CAP-5). */
  private static final int LAST = 100;

  private final Store store;

  /**
   * Allows one change of options at a time. Writers read the fields of the table, not this lock.
   */
  private final ReentrantLock changing = new ReentrantLock();

  OptionsChange(Store store) {
    this.store = store;
  }

  void apply(String type, TypeOptions options) {
    List<TypeTable> evicted = new ArrayList<>(1);
    try {
      changing.lock();
      try {
        while (!tryApply(type, options, evicted)) {
          // A clear ended the history and its index.
        }
      } finally {
        changing.unlock();
      }
    } finally {
      // Only after the lock is released: a signal may change options itself.
      store.wake(evicted);
    }
  }

  private boolean tryApply(String type, TypeOptions options, List<TypeTable> evicted) {
    History history = extract(type, options);
    boolean done = false;
    try {
      List<String> added = new ArrayList<>(options.indexedFields());
      added.removeAll(before(history, type).indexedFields());
      if (!added.isEmpty()) {
        index(history, type, added);
      }
      @Nullable Boolean finished;
      do {
        finished = step(history, type, options, evicted);
      } while (finished == null);
      done = finished;
      return done;
    } finally {
      if (!done) {
        restore(history, type);
      }
    }
  }

  private static TypeOptions before(History history, String type) {
    return history.planned.options(type);
  }

  /** Makes writers extract the new fields as well. */
  private History extract(String type, TypeOptions options) {
    List<String> fields = options.indexedFields();
    return store.write(
        history -> {
          SetOptions.checkRoom(history, type, options);
          if (!fields.isEmpty()) {
            TypeTable table = history.table(type);
            Set<String> all = new LinkedHashSet<>(table.extracted);
            all.addAll(fields);
            table.extracted = List.copyOf(all);
          }
          return history;
        });
  }

  private void restore(History history, String type) {
    if (store.guard.isClosed()) {
      return;
    }
    store.write(
        now -> {
          TypeTable table = now == history ? now.tables.get(type) : null;
          if (table != null) {
            table.apply(before(now, type));
            now.types.mayGo(table);
          }
          return true;
        });
  }

  private void index(History history, String type, List<String> fields) {
    VersionSource versions = VersionSource.ofType(history, type);
    boolean more = true;
    while (more) {
      int inside = store.guard.enter();
      try {
        if (store.history != history) {
          return;
        }
        Directory segments = history.directory;
        for (int i = 0; i < BATCH && more; i++) {
          long version = versions.next(segments, Long.MAX_VALUE - 1);
          more = version != 0;
          if (more) {
            index(history, segments, version, fields);
          }
        }
      } finally {
        store.guard.exit(inside);
      }
    }
  }

  private void index(History history, Directory segments, long version, List<String> fields) {
    Segment segment = segments.holding(version);
    int place = segment == null ? -1 : segment.indexOf(version);
    if (segment == null || segment.supersededAt(place) != 0) {
      return;
    }
    StoredRecord record = history.record(segments, segment, place);
    if (record == null || record.deleted()) {
      return;
    }
    Map<String, String> values =
        store.extractor.stored(record.type(), record.id(), record.payload(), fields);
    TypeTable table = history.types.get(segment.typeAt(place));
    if (table != null) {
      table.index(values, fields, version);
    }
  }

  /**
   * Evicts one portion, or sets the options if no surplus is left.
   *
   * @return null if there is more to evict, false after a clear
   */
  private @Nullable Boolean step(
      History history, String type, TypeOptions options, List<TypeTable> evicted) {
    return store.<@Nullable Boolean>write(
        now -> {
          if (now != history) {
            return false;
          }
          // Creates the table first: there may be no room for it, and a frame in the journal cannot
          // be removed.
          TypeTable table = options.isEmpty() ? now.tables.get(type) : now.table(type);
          Long capacity = options.capacity();
          long limit = capacity == null ? TypeTable.UNLIMITED : capacity;
          long excess = table == null ? 0 : Math.max(0, excess(table.count, limit));
          SetOptions set = new SetOptions(type, options);
          // A portion without a readable record would be tried again without end.
          if (table != null
              && excess > LAST
              && evict(now, table, Math.min(BATCH, excess - LAST), evicted)) {
            table.capacity = table.count;
            return null;
          }
          if (table != null && excess > 0) {
            if (!evictAndSet(now, table, excess, set, evicted)) {
              table.capacity = table.count;
              return null;
            }
          } else {
            store.append(now, Frame.Kind.OPTIONS, set.body);
            store.publish(now, set.apply(now, now.planned));
          }
          return true;
        });
  }

  private static long excess(long count, long limit) {
    return Long.compareUnsigned(count, limit) > 0 ? count - limit : 0;
  }

  /** Evicts that many of the readable records; returns false if there are none. */
  private boolean evict(History history, TypeTable table, long records, List<TypeTable> evicted) {
    try (Batch batch = new Batch(store, history, store.now(), BATCH)) {
      batch.evict(table, records, LastPayloads.BATCH_BYTES);
      if (batch.isEmpty()) {
        return false;
      }
      batch.commit();
    }
    note(table, evicted);
    return true;
  }

  /**
   * Evicts the last records together with the options: in one frame and one publication, so that
   * neither a reader nor a crash sees one without the other. If they are too large for one batch,
   * it evicts some of them without the options and returns false.
   */
  private boolean evictAndSet(
      History history, TypeTable table, long records, SetOptions set, List<TypeTable> evicted) {
    boolean isCut;
    try (Batch batch = new Batch(store, history, store.now(), BATCH)) {
      isCut = batch.evict(table, records, LastPayloads.MOST_BYTES);
      batch.commit(isCut ? null : set);
    }
    note(table, evicted);
    return !isCut;
  }

  private static void note(TypeTable table, List<TypeTable> evicted) {
    if (evicted.isEmpty()) {
      evicted.add(table);
    }
  }
}
