package io.databroker.api.support;

import io.databroker.api.CodePointOrder;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.RandomAccess;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An immutable list of types, sorted by code point, without duplicates (LIST-2, LIST-3). Adding or
 * removing a type returns another list, which shares most of its memory with this one: the cost
 * grows with the square root of the number of types, and is that of a short array copy up to a few
 * hundred thousand types.
 *
 * <p>The types stand in chunks of at most {@value #LARGEST}. A change copies one chunk and the
 * array of chunks.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class TypeList extends AbstractList<String> implements RandomAccess {
  private static final int LARGEST = 512;

  /** A list without types. */
  public static final TypeList EMPTY = new TypeList(new String[0][], 0);

  private final String[][] chunks;

  /** The index of the first type of each chunk. */
  private final int[] starts;

  private final int size;

  private TypeList(String[][] chunks, int size) {
    this.chunks = chunks;
    this.size = size;
    this.starts = new int[chunks.length];
    for (int i = 1; i < chunks.length; i++) {
      starts[i] = starts[i - 1] + chunks[i - 1].length;
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public String get(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("index " + index + " of " + size);
    }
    int place = chunks.length == 1 ? 0 : Arrays.binarySearch(starts, index);
    int chunk = place >= 0 ? place : -place - 2;
    return chunks[chunk][index - starts[chunk]];
  }

  @Override
  public boolean contains(@Nullable Object type) {
    return type instanceof String text && size > 0 && find(chunks[chunkOf(text)], text) >= 0;
  }

  /** Returns this list with that type. */
  public TypeList with(String type) {
    if (size == 0) {
      return new TypeList(new String[][] {{type}}, 1);
    }
    int place = chunkOf(type);
    String[] chunk = chunks[place];
    int found = find(chunk, type);
    if (found >= 0) {
      return this;
    }
    int index = -found - 1;
    String[] grown = new String[chunk.length + 1];
    System.arraycopy(chunk, 0, grown, 0, index);
    grown[index] = type;
    System.arraycopy(chunk, index, grown, index + 1, chunk.length - index);
    if (grown.length <= LARGEST) {
      return replace(place, size + 1, grown);
    }
    int half = grown.length / 2;
    return replace(
        place, size + 1, Arrays.copyOf(grown, half), Arrays.copyOfRange(grown, half, grown.length));
  }

  /** Returns this list without that type. */
  public TypeList without(String type) {
    if (size == 0) {
      return this;
    }
    int place = chunkOf(type);
    String[] chunk = chunks[place];
    int index = find(chunk, type);
    if (index < 0) {
      return this;
    }
    if (chunk.length == 1) {
      return replace(place, size - 1);
    }
    String[] shrunk = Arrays.copyOf(chunk, chunk.length - 1);
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
  private TypeList merge(int place, String[] left, String[] right) {
    String[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    String[][] fewer = new String[chunks.length - 1][];
    System.arraycopy(chunks, 0, fewer, 0, place);
    fewer[place] = both;
    System.arraycopy(chunks, place + 2, fewer, place + 1, chunks.length - place - 2);
    return new TypeList(fewer, size - 1);
  }

  private TypeList replace(int place, int newSize, String[]... by) {
    String[][] changed = new String[chunks.length - 1 + by.length][];
    System.arraycopy(chunks, 0, changed, 0, place);
    System.arraycopy(by, 0, changed, place, by.length);
    System.arraycopy(chunks, place + 1, changed, place + by.length, chunks.length - place - 1);
    return new TypeList(changed, newSize);
  }

  /** Returns the last chunk that begins with that type or one before it, or the first chunk. */
  private int chunkOf(String type) {
    int low = 1;
    int high = chunks.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (CodePointOrder.INSTANCE.compare(chunks[middle][0], type) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  private static int find(String[] chunk, String type) {
    return Arrays.binarySearch(chunk, type, CodePointOrder.INSTANCE);
  }

  // The inherited methods change nothing either, but do not fail where there is nothing to do.

  @Override
  public boolean addAll(Collection<? extends String> types) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean addAll(int index, Collection<? extends String> types) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean remove(@Nullable Object type) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean removeAll(Collection<?> types) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean retainAll(Collection<?> types) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean removeIf(Predicate<? super String> filter) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void replaceAll(UnaryOperator<String> operator) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sort(@Nullable Comparator<? super String> order) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void clear() {
    throw new UnsupportedOperationException();
  }
}
