package io.databroker.inmemory;

import io.databroker.api.StoredRecord;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The live records of a type at one index of its log, by slot. A base is immutable; later bases
 * share its unchanged chunks. A snapshot replays the log from the latest base up to its version, so
 * it neither waits for writers nor slows them down.
 */
final class Base {
  static final Base EMPTY = new Base(0, new StoredRecord[0][]);

  private static final int SHIFT = 8;
  private static final int SIZE = 1 << SHIFT;

  private final long through;
  private final @Nullable StoredRecord[] @Nullable [] chunks;

  private Base(long through, @Nullable StoredRecord[] @Nullable [] chunks) {
    this.through = through;
    this.chunks = chunks;
  }

  /** Returns the index in the type's log of the first change that is not in this base. */
  long through() {
    return through;
  }

  /**
   * Returns this base with the changes of the log up to the given version, or null if some of them
   * were trimmed.
   */
  @Nullable Base advance(Log.View<Entry> log, long version) {
    if (log.first() > through) {
      return null;
    }
    long index = through;
    Entry entry = log.get(index);
    if (entry == null || entry.version() > version) {
      return this;
    }
    @Nullable StoredRecord[] @Nullable [] next = chunks.clone();
    while (entry != null && entry.version() <= version) {
      int place = entry.slot >> SHIFT;
      if (place >= next.length) {
        next = Arrays.copyOf(next, Math.max(place + 1, next.length + next.length / 2));
      }
      @Nullable StoredRecord @Nullable [] chunk = next[place];
      if (chunk == null) {
        chunk = new @Nullable StoredRecord[SIZE];
      } else if (place < chunks.length && chunk == chunks[place]) {
        chunk = chunk.clone();
      }
      chunk[entry.slot & (SIZE - 1)] = entry.live();
      next[place] = chunk;
      entry = log.get(++index);
    }
    return new Base(index, next);
  }

  /** Iterates over the records of all these bases. */
  static Iterator<StoredRecord> records(List<Base> bases) {
    return new Iterator<>() {
      private int place = -1;
      private int slot = -1;
      private @Nullable StoredRecord[] @Nullable [] chunks = EMPTY.chunks;
      private @Nullable StoredRecord next = find();

      private @Nullable StoredRecord find() {
        while (true) {
          while (++slot < chunks.length << SHIFT) {
            @Nullable StoredRecord[] chunk = chunks[slot >> SHIFT];
            if (chunk == null) {
              slot |= SIZE - 1;
            } else {
              StoredRecord record = chunk[slot & (SIZE - 1)];
              if (record != null) {
                return record;
              }
            }
          }
          if (++place >= bases.size()) {
            return null;
          }
          chunks = bases.get(place).chunks;
          slot = -1;
        }
      }

      @Override
      public boolean hasNext() {
        return next != null;
      }

      @Override
      public StoredRecord next() {
        StoredRecord record = next;
        if (record == null) {
          throw new NoSuchElementException();
        }
        next = find();
        return record;
      }
    };
  }
}
