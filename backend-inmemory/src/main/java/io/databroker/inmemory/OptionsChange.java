package io.databroker.inmemory;

import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Changes the options of a type. It builds the index and evicts records in portions, so that no
 * write waits long; the last portion, the index and the options become visible together.
 */
final class OptionsChange {
  private static final int PORTION = 1_000;

  private final InMemoryBackend backend;

  /** Held during a change of options: there is one at a time. */
  private final ReentrantLock changing = new ReentrantLock();

  /** True if the present change has evicted records. Guarded by {@link #changing}. */
  private boolean evicted;

  OptionsChange(InMemoryBackend backend) {
    this.backend = backend;
  }

  void apply(String type, TypeOptions options) {
    boolean wrote = false;
    try {
      changing.lock();
      try {
        evicted = false;
        boolean done;
        do {
          // A clear meanwhile ends the history: try again in the new one.
          done = apply(backend.current(), type, options);
        } while (!done);
      } finally {
        wrote = evicted;
        changing.unlock();
      }
    } finally {
      // Only after the lock is released: a signal may change options itself, or wait for a change.
      if (wrote) {
        backend.feeds.wake(List.of(type));
      }
      backend.room.tell(backend);
    }
  }

  /** Returns false if the history ended before the change was complete. */
  private boolean apply(History history, String type, TypeOptions options) {
    FieldIndex now = history.commit.indexes().get(type);
    List<String> fields = options.indexedFields();
    boolean done = false;
    try {
      FieldIndex index = null;
      if (!fields.isEmpty()) {
        index = now != null && now.fields().equals(fields) ? now : build(history, type, fields);
      }
      while (!done && backend.isCurrent(history)) {
        done = lower(history, type, options, index);
      }
      return done;
    } finally {
      if (!done) {
        giveUp(history, type);
      }
    }
  }

  /** Builds an index. Writes maintain it from the start, while the stored records are added. */
  private FieldIndex build(History history, String type, List<String> fields) {
    FieldIndex index = new FieldIndex(fields, history.usage);
    Table table;
    backend.writing.lock();
    try {
      table = history.table(type);
      List<FieldIndex> both = new ArrayList<>(table.indexes);
      both.add(index);
      table.keep(List.copyOf(both));
    } finally {
      backend.writing.unlock();
    }
    Iterator<String> ids = table.entries.keySet().iterator();
    while (ids.hasNext()) {
      backend.writing.lock();
      try {
        backend.room.check(history, 1);
        for (int i = 0; i < PORTION && ids.hasNext(); i++) {
          Entry entry = table.entries.get(ids.next());
          if (entry != null) {
            add(index, entry.record);
          }
        }
      } finally {
        backend.writing.unlock();
      }
    }
    return index;
  }

  private void add(FieldIndex index, StoredRecord record) {
    Map<String, String> values =
        backend.extraction.stored(record.type(), record.id(), record.payload(), index.fields());
    index.add(record.id(), values);
    index.keep(record.id(), values);
  }

  /**
   * Evicts one portion of the surplus records. The last portion also publishes the options.
   *
   * @return whether it was the last portion; false if the history ended
   */
  private boolean lower(
      History history, String type, TypeOptions options, @Nullable FieldIndex index) {
    backend.writing.lock();
    try {
      if (!backend.isCurrent(history)) {
        return false;
      }
      TypeOptions former = history.commit.options().get(type);
      long more = Usage.of(options) - (former == null ? 0 : Usage.of(former));
      backend.room.check(history, more);
      backend.room.make(backend, history); // first: it may remove unused tables
      Table table = history.table(type);
      Commit commit = history.commit;
      long capacity = capacity(options);
      boolean last = table.count - capacity <= PORTION;
      table.ceiling = last ? capacity : table.count - PORTION;
      Batch batch = new Batch(history, backend.now(), PORTION);
      try {
        batch.evict(List.of(table));
        evicted |= !batch.isEmpty();
        if (last) {
          batch.commit(
              commit.options().with(type, options.isEmpty() ? null : options),
              commit.indexes().with(type, index));
          table.keep(index == null ? List.of() : List.of(index));
          history.usage.add(more, 0);
          history.dropIfUnused(table);
        } else {
          batch.commit();
        }
      } finally {
        batch.abandon();
      }
      return last;
    } finally {
      backend.writing.unlock();
    }
  }

  /** Returns the capacity as a signed number; a capacity above the signed range means no limit. */
  private static long capacity(@Nullable TypeOptions options) {
    Long capacity = options == null ? null : options.capacity();
    return capacity == null || capacity < 0 ? Long.MAX_VALUE : capacity;
  }

  /** Restores the capacity and the index of the current options. */
  private void giveUp(History history, String type) {
    backend.writing.lock();
    try {
      Table table = history.table(type);
      FieldIndex index = history.commit.indexes().get(type);
      table.keep(index == null ? List.of() : List.of(index));
      table.ceiling = capacity(history.commit.options().get(type));
      history.dropIfUnused(table);
    } finally {
      backend.writing.unlock();
    }
  }
}
