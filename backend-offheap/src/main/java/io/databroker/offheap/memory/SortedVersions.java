package io.databroker.offheap.memory;

import java.util.Arrays;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * Sorted versions, off the heap, in chunks; the heap holds a reference per chunk. In an index, each
 * version has a key, the hash of a value, and entries are sorted by key, then by version. The
 * versions of a type have no key and take half the memory; their key is 0 in all calls.
 *
 * <p>When a chunk is full, unwanted entries are removed from it and, in rotation, from two more
 * chunks. So the size stays in proportion to the wanted entries, and no call works on more than a
 * few chunks.
 *
 * <p>Any thread may call it: each call holds its lock for no longer than it takes to copy or to
 * insert into one chunk.
 */
public final class SortedVersions {
  private static final int SMALL = 16;
  private static final int FULL = 256;

  private static final class Chunk {
    /** Bytes of an entry: a version, or a key and a version. */
    private final long width;

    Region entries;
    int room = SMALL;
    int count;

    Chunk(boolean keyed) {
      width = keyed ? 2 * Long.BYTES : Long.BYTES;
      entries = Region.allocate(SMALL * width);
    }

    long key(int index) {
      return width == Long.BYTES ? 0 : entries.getLong(index * width);
    }

    long version(int index) {
      return entries.getLong((index + 1) * width - Long.BYTES);
    }

    void set(int index, long key, long version) {
      if (width != Long.BYTES) {
        entries.putLong(index * width, key);
      }
      entries.putLong((index + 1) * width - Long.BYTES, version);
    }

    /** Shifts the entries from the given index to the end by one place. */
    void shift(int index) {
      entries.put((index + 1) * width, entries, index * width, (count - index) * width);
    }

    boolean isBefore(int index, long key, long version) {
      long there = key(index);
      return there < key || (there == key && version(index) < version);
    }

    /** Returns the index of the first entry that is not before the given one. */
    int place(long key, long version) {
      if (count > 0 && isBefore(count - 1, key, version)) {
        return count;
      }
      int low = 0;
      int high = count;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (isBefore(middle, key, version)) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    boolean holds(int index, long key, long version) {
      return index < count && key(index) == key && version(index) == version;
    }

    void grow() {
      Region larger = Region.allocate(2L * room * width);
      larger.put(0, entries, 0, count * width);
      entries.free();
      entries = larger;
      room *= 2;
    }

    void append(Chunk from, int first) {
      while (room < count + from.count - first) {
        grow();
      }
      entries.put(count * width, from.entries, first * width, (from.count - first) * width);
      count += from.count - first;
    }
  }

  private final boolean keyed;
  private final Supplier<LongPredicate> gone;
  private Chunk[] chunks;
  private int size = 1;
  private int cleaning;
  private boolean freed;

  private SortedVersions(boolean keyed, Supplier<LongPredicate> gone) {
    this.keyed = keyed;
    this.gone = gone;
    this.chunks = new Chunk[] {new Chunk(keyed)};
  }

  /**
   * Creates a set of versions, whose keys are all 0.
   *
   * @param gone accepts the versions that are unwanted from now on
   */
  public static SortedVersions withoutKeys(Supplier<LongPredicate> gone) {
    return new SortedVersions(false, gone);
  }

  /**
   * Creates a set of pairs of a key and a version.
   *
   * @param gone accepts the versions that are unwanted from now on
   */
  public static SortedVersions withKeys(Supplier<LongPredicate> gone) {
    return new SortedVersions(true, gone);
  }

  /** Adds the given entry, unless it is there. */
  public synchronized void add(long key, long version) {
    int at = chunkFor(key, version);
    if (chunks[at].count == FULL) {
      makeRoom(at, key, version);
      at = chunkFor(key, version);
      if (chunks[at].count == FULL) {
        insert(++at, new Chunk(keyed));
      }
    }
    Chunk chunk = chunks[at];
    int place = chunk.place(key, version);
    if (chunk.holds(place, key, version)) {
      return;
    }
    if (chunk.count == chunk.room) {
      chunk.grow();
    }
    chunk.shift(place);
    chunk.set(place, key, version);
    chunk.count++;
  }

  /**
   * Reads the versions after {@code after} under the given key, in order, as many as fit and lie in
   * one chunk.
   *
   * @return their number; 0 if there are none
   */
  public synchronized int page(long key, long after, long[] into) {
    if (freed) {
      return 0;
    }
    int filled = 0;
    for (int at = chunkFor(key, after + 1); at < size && filled == 0; at++) {
      Chunk chunk = chunks[at];
      int index = chunk.place(key, after + 1);
      while (index < chunk.count && filled < into.length && chunk.key(index) == key) {
        into[filled++] = chunk.version(index++);
      }
      if (index < chunk.count) {
        break;
      }
    }
    return filled;
  }

  /** Returns the last chunk that does not begin after the given entry, or the first. */
  private int chunkFor(long key, long version) {
    int low = 0;
    int high = size - 1;
    if (starts(high, key, version)) {
      return high;
    }
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (starts(middle, key, version)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return Math.max(0, low - 1);
  }

  private boolean starts(int at, long key, long version) {
    Chunk chunk = chunks[at];
    return chunk.count > 0 && (chunk.isBefore(0, key, version) || chunk.holds(0, key, version));
  }

  private void makeRoom(int full, long key, long version) {
    LongPredicate unwanted = gone.get();
    clean(full, unwanted);
    Chunk chunk = chunks[full];
    if (chunk.count == 0) {
      remove(full);
    } else if (chunk.count > FULL * 3 / 4
        && (full < size - 1 || chunk.place(key, version) < chunk.count)) {
      // An entry after all others goes into a new chunk instead, so that chunks filled in order
      // stay full.
      Chunk right = new Chunk(keyed);
      right.append(chunk, chunk.count / 2);
      chunk.count /= 2;
      insert(full + 1, right);
    }
    for (int i = 0; i < 2 && size > 1; i++) {
      cleaning = cleaning + 1 < size ? cleaning + 1 : 0;
      clean(cleaning, unwanted);
      if (chunks[cleaning].count == 0) {
        remove(cleaning);
      } else if (cleaning + 1 < size
          && chunks[cleaning].count + chunks[cleaning + 1].count <= FULL / 2) {
        chunks[cleaning].append(chunks[cleaning + 1], 0);
        remove(cleaning + 1);
      }
    }
  }

  private void clean(int at, LongPredicate unwanted) {
    Chunk chunk = chunks[at];
    int kept = 0;
    for (int i = 0; i < chunk.count; i++) {
      long version = chunk.version(i);
      if (!unwanted.test(version)) {
        chunk.set(kept++, chunk.key(i), version);
      }
    }
    chunk.count = kept;
  }

  private void insert(int at, Chunk chunk) {
    if (size == chunks.length) {
      chunks = Arrays.copyOf(chunks, size + Math.max(1, size / 2));
    }
    System.arraycopy(chunks, at, chunks, at + 1, size - at);
    chunks[at] = chunk;
    size++;
  }

  /** Removes an empty chunk, unless it is the only one. */
  private void remove(int at) {
    if (size > 1) {
      chunks[at].entries.free();
      System.arraycopy(chunks, at + 1, chunks, at, size - at - 1);
      size--;
    }
  }

  /** Frees all chunks; the set is empty from here on. */
  public synchronized void free() {
    if (!freed) {
      freed = true;
      for (int i = 0; i < size; i++) {
        chunks[i].entries.free();
      }
    }
  }
}
