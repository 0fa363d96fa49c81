package io.databroker.offheap.memory;

import java.util.Arrays;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * Sorted pairs of a key and a version, off the heap, in chunks; the heap holds a reference per
 * chunk. The versions of a type have the key 0, an index has hashes of values as keys.
 *
 * <p>When a chunk is full, unwanted pairs are removed from it and, in rotation, from two more
 * chunks. So the size stays in proportion to the wanted pairs, and no call works on more than a few
 * chunks.
 *
 * <p>Any thread may call it: each call holds its lock for no longer than it takes to copy or to
 * insert into one chunk.
 */
public final class SortedVersions {
  private static final int PAIR = 16;
  private static final int SMALL = 16;
  private static final int FULL = 256;

  private static final class Chunk {
    Region pairs = Region.allocate(SMALL * PAIR);
    int room = SMALL;
    int count;

    long key(int index) {
      return pairs.getLong((long) index * PAIR);
    }

    long version(int index) {
      return pairs.getLong((long) index * PAIR + Long.BYTES);
    }

    void set(int index, long key, long version) {
      pairs.putLong((long) index * PAIR, key);
      pairs.putLong((long) index * PAIR + Long.BYTES, version);
    }

    boolean isBefore(int index, long key, long version) {
      long there = key(index);
      return there < key || (there == key && version(index) < version);
    }

    /** Returns the index of the first pair that is not before that one. */
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
      Region larger = Region.allocate((long) room * 2 * PAIR);
      larger.put(0, pairs, 0, (long) count * PAIR);
      pairs.free();
      pairs = larger;
      room *= 2;
    }

    void append(Chunk from, int first) {
      while (room < count + from.count - first) {
        grow();
      }
      pairs.put(
          (long) count * PAIR, from.pairs, (long) first * PAIR, (long) (from.count - first) * PAIR);
      count += from.count - first;
    }
  }

  private final Supplier<LongPredicate> gone;
  private Chunk[] chunks = {new Chunk()};
  private int size = 1;
  private int cleaning;
  private boolean freed;

  /**
   * @param gone accepts the versions that are unwanted from now on
   */
  public SortedVersions(Supplier<LongPredicate> gone) {
    this.gone = gone;
  }

  /** Adds that pair, unless it is there. */
  public synchronized void add(long key, long version) {
    int at = chunkFor(key, version);
    if (chunks[at].count == FULL) {
      makeRoom(at, key, version);
      at = chunkFor(key, version);
      if (chunks[at].count == FULL) {
        insert(++at, new Chunk());
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
    chunk.pairs.put(
        (place + 1L) * PAIR, chunk.pairs, (long) place * PAIR, (long) (chunk.count - place) * PAIR);
    chunk.set(place, key, version);
    chunk.count++;
  }

  /**
   * Reads the versions after {@code after} under that key, in order, as many as fit and lie in one
   * chunk.
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

  /** Returns the last chunk that does not begin after that pair, or the first. */
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
      // Appending in order: the next chunk begins with the next pair.
      Chunk right = new Chunk();
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
      chunks[at].pairs.free();
      System.arraycopy(chunks, at + 1, chunks, at, size - at - 1);
      size--;
    }
  }

  /** Frees all chunks; the set is empty from here on. */
  public synchronized void free() {
    if (!freed) {
      freed = true;
      for (int i = 0; i < size; i++) {
        chunks[i].pairs.free();
      }
    }
  }
}
