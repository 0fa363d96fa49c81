package io.databroker.inmemory;

import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of elements in ascending order of versions, accessed by index. It grows at its end and
 * is trimmed at its beginning.
 *
 * <p>There is one writer, any number of readers, and no lock. Segments of equal size hold the
 * elements. The directory of the segments is copy-on-write, except that the writer fills free
 * places at its end. A reader takes a {@link View} after it has read a commit; the view holds every
 * untrimmed change of that commit. Do not keep a view: it keeps the segments alive.
 */
final class Log<E> {
  private final int shift;
  private final ToLongFunction<E> version;
  private volatile View<E> view;
  private long end;

  /**
   * @param shift the size of a segment as a power of two
   * @param first the index of the first element
   * @param version returns the last version of an element
   */
  Log(int shift, long first, ToLongFunction<E> version) {
    this.shift = shift;
    this.version = version;
    this.view = new View<>(first, first >> shift, new Object[4][], shift, version);
    this.end = first;
  }

  View<E> view() {
    return view;
  }

  /** Returns the index of the next element; only for the writer. */
  long end() {
    return end;
  }

  void append(E element) {
    View<E> now = view;
    int place = (int) ((end >> shift) - now.firstSegment);
    if (place >= now.segments.length) {
      @Nullable Object[] @Nullable [] larger = Arrays.copyOf(now.segments, now.segments.length * 2);
      now = new View<>(now.first, now.firstSegment, larger, shift, version);
      view = now;
    }
    @Nullable Object @Nullable [] segment = now.segments[place];
    if (segment == null) {
      segment = new @Nullable Object[1 << shift];
      now.segments[place] = segment;
    }
    segment[(int) end & ((1 << shift) - 1)] = element;
    end++;
  }

  /** Removes the elements from the given index on. */
  void truncate(long index) {
    View<E> now = view;
    while (end > index) {
      end--;
      @Nullable Object @Nullable [] segment =
          now.segments[(int) ((end >> shift) - now.firstSegment)];
      if (segment != null) {
        segment[(int) end & ((1 << shift) - 1)] = null;
      }
    }
  }

  /** Removes the elements before the given index. */
  void trim(long index) {
    View<E> now = view;
    int gone = (int) ((index >> shift) - now.firstSegment);
    int last = (int) ((end >> shift) - now.firstSegment);
    @Nullable Object[] @Nullable [] kept =
        Arrays.copyOfRange(
            now.segments, gone, Math.max(gone + 4, Math.min(now.segments.length, last + 1)));
    if (kept[0] != null) {
      // The first segment stays, because its end is still needed; its beginning must not keep
      // removed elements alive.
      kept[0] = kept[0].clone();
      Arrays.fill(kept[0], 0, (int) index & ((1 << shift) - 1), null);
    }
    view = new View<>(index, now.firstSegment + gone, kept, shift, version);
  }

  /** The elements that the log held when the view was taken. */
  static final class View<E> {
    private final long first;
    private final long firstSegment;
    private final @Nullable Object[] @Nullable [] segments;
    private final int shift;
    private final ToLongFunction<E> version;

    private View(
        long first,
        long firstSegment,
        @Nullable Object[] @Nullable [] segments,
        int shift,
        ToLongFunction<E> version) {
      this.first = first;
      this.firstSegment = firstSegment;
      this.segments = segments;
      this.shift = shift;
      this.version = version;
    }

    /** Returns the index of the first element that is still held. */
    long first() {
      return first;
    }

    /** Returns the given element, or null if it was trimmed or not appended yet. */
    @SuppressWarnings("unchecked") // nothing else is appended
    @Nullable E get(long index) {
      if (index < first) {
        return null;
      }
      long place = (index >> shift) - firstSegment;
      if (place >= segments.length) {
        return null;
      }
      @Nullable Object @Nullable [] segment = segments[(int) place];
      return segment == null ? null : (E) segment[(int) index & ((1 << shift) - 1)];
    }

    /**
     * Returns the index of the first element with a later version than {@code known}, looking no
     * further than {@code committed}. It is a binary search.
     */
    long after(long known, long committed) {
      long low = first;
      long high = (firstSegment + segments.length) << shift;
      while (low < high) {
        long middle = (low + high) >>> 1;
        E element = get(middle);
        if (element == null || version.applyAsLong(element) > Math.min(known, committed)) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    }
  }
}
