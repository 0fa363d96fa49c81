package io.databroker.api.support;

import io.databroker.api.CodePointOrder;
import java.util.Arrays;
import java.util.function.Function;

/**
 * An immutable sequence of elements, sorted by a key in code point order. A change returns another
 * sequence, which shares most of its memory with this one.
 *
 * <p>The elements are in chunks of at most {@value #LARGEST}. A change copies one chunk and the
 * array of chunks: its cost grows with the square root of the size, and is that of a short array
 * copy up to a few hundred thousand elements.
 */
final class Chunks<E> {
  private static final int LARGEST = 512;

  private final Function<? super E, String> key;
  private final Object[][] chunks;

  /** The index of the first element of each chunk. */
  private final int[] starts;

  private final int size;

  /** Creates an empty sequence. */
  Chunks(Function<? super E, String> key) {
    this(key, new Object[0][], 0);
  }

  private Chunks(Function<? super E, String> key, Object[][] chunks, int size) {
    this.key = key;
    this.chunks = chunks;
    this.size = size;
    this.starts = new int[chunks.length];
    for (int i = 1; i < chunks.length; i++) {
      starts[i] = starts[i - 1] + chunks[i - 1].length;
    }
  }

  int size() {
    return size;
  }

  @SuppressWarnings("unchecked") // nothing else is added
  E get(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("index " + index + " of " + size);
    }
    int place = chunks.length == 1 ? 0 : Arrays.binarySearch(starts, index);
    int chunk = place >= 0 ? place : -place - 2;
    return (E) chunks[chunk][index - starts[chunk]];
  }

  /** Returns the index of that key, or, if it is absent, minus its insertion index minus 1. */
  int find(String sought) {
    if (size == 0) {
      return -1;
    }
    int place = chunkOf(sought);
    int found = find(chunks[place], sought);
    return found >= 0 ? starts[place] + found : found - starts[place];
  }

  /** Returns this sequence with that element, in the place of one with the same key. */
  Chunks<E> with(E element) {
    if (size == 0) {
      return new Chunks<>(key, new Object[][] {{element}}, 1);
    }
    String sought = key.apply(element);
    int place = chunkOf(sought);
    Object[] chunk = chunks[place];
    int found = find(chunk, sought);
    if (found >= 0) {
      Object[] changed = chunk.clone();
      changed[found] = element;
      return replace(place, size, changed);
    }
    int index = -found - 1;
    Object[] grown = new Object[chunk.length + 1];
    System.arraycopy(chunk, 0, grown, 0, index);
    grown[index] = element;
    System.arraycopy(chunk, index, grown, index + 1, chunk.length - index);
    if (grown.length <= LARGEST) {
      return replace(place, size + 1, grown);
    }
    int half = grown.length / 2;
    return replace(
        place, size + 1, Arrays.copyOf(grown, half), Arrays.copyOfRange(grown, half, grown.length));
  }

  /** Returns this sequence without the element of that key. */
  Chunks<E> without(String sought) {
    if (size == 0) {
      return this;
    }
    int place = chunkOf(sought);
    Object[] chunk = chunks[place];
    int index = find(chunk, sought);
    if (index < 0) {
      return this;
    }
    if (chunk.length == 1) {
      return replace(place, size - 1);
    }
    Object[] shrunk = Arrays.copyOf(chunk, chunk.length - 1);
    System.arraycopy(chunk, index + 1, shrunk, index, shrunk.length - index);
    if (place > 0 && shrunk.length + chunks[place - 1].length <= LARGEST / 2) {
      return merge(place - 1, chunks[place - 1], shrunk);
    }
    if (place + 1 < chunks.length && shrunk.length + chunks[place + 1].length <= LARGEST / 2) {
      return merge(place, shrunk, chunks[place + 1]);
    }
    return replace(place, size - 1, shrunk);
  }

  /** Puts one chunk in the place of two, so that small ones do not pile up. */
  private Chunks<E> merge(int place, Object[] left, Object[] right) {
    Object[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    Object[][] fewer = new Object[chunks.length - 1][];
    System.arraycopy(chunks, 0, fewer, 0, place);
    fewer[place] = both;
    System.arraycopy(chunks, place + 2, fewer, place + 1, chunks.length - place - 2);
    return new Chunks<>(key, fewer, size - 1);
  }

  private Chunks<E> replace(int place, int newSize, Object[]... by) {
    Object[][] changed = new Object[chunks.length - 1 + by.length][];
    System.arraycopy(chunks, 0, changed, 0, place);
    System.arraycopy(by, 0, changed, place, by.length);
    System.arraycopy(chunks, place + 1, changed, place + by.length, chunks.length - place - 1);
    return new Chunks<>(key, changed, newSize);
  }

  /** Returns the last chunk that begins with that key or one before it, or the first chunk. */
  private int chunkOf(String sought) {
    int low = 1;
    int high = chunks.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(chunks[middle][0], sought) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  private int find(Object[] chunk, String sought) {
    int low = 0;
    int high = chunk.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare(chunk[middle], sought);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  @SuppressWarnings("unchecked") // nothing else is added
  private int compare(Object element, String sought) {
    return CodePointOrder.INSTANCE.compare(key.apply((E) element), sought);
  }
}
