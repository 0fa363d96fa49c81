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
    return new Walk(bases);
  }

  /**
   * Walk over the records of several bases.
   *
   * <p>It collects some records ahead and reads the size of each payload. These reads depend on
   * nothing else, so the processor loads several records from memory at the same time. The caller
   * then finds them in the cache.
   */
  private static final class Walk implements Iterator<StoredRecord> {
    private static final int AHEAD = 16;

    private final Iterator<Base> bases;
    private @Nullable StoredRecord[] @Nullable [] chunks = EMPTY.chunks;

    /** The next slot of these chunks. */
    private int slot;

    private final @Nullable StoredRecord[] ahead = new @Nullable StoredRecord[AHEAD];
    private int next;
    private int end;

    /** Keeps the compiler from removing the reads. */
    @SuppressWarnings("unused")
    private long sizes;

    Walk(List<Base> bases) {
      this.bases = bases.iterator();
    }

    @Override
    public boolean hasNext() {
      return next < end || collect();
    }

    @Override
    public StoredRecord next() {
      StoredRecord record = hasNext() ? ahead[next++] : null;
      if (record == null) {
        throw new NoSuchElementException();
      }
      return record;
    }

    private boolean collect() {
      next = 0;
      end = 0;
      while (end < AHEAD && (slot < chunks.length << SHIFT || nextBase())) {
        @Nullable StoredRecord[] chunk = chunks[slot >> SHIFT];
        if (chunk == null) {
          slot += SIZE;
        } else {
          collect(chunk);
        }
      }
      long sum = 0;
      for (int i = 0; i < end; i++) {
        StoredRecord record = ahead[i];
        sum += record == null ? 0 : record.payload().size();
      }
      sizes = sum;
      return end > 0;
    }

    private void collect(@Nullable StoredRecord[] chunk) {
      int i = slot & (SIZE - 1);
      for (; i < SIZE && end < AHEAD; i++) {
        StoredRecord record = chunk[i];
        if (record != null) {
          ahead[end++] = record;
        }
      }
      slot = (slot & -SIZE) + i;
    }

    private boolean nextBase() {
      while (bases.hasNext()) {
        chunks = bases.next().chunks;
        slot = 0;
        if (chunks.length > 0) {
          return true;
        }
      }
      return false;
    }
  }
}
