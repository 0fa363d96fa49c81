package io.databroker.inmemory;

import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of elements, by ascending version, that grows at its end and is trimmed at its
 * beginning, found by index.
 *
 * <p>One writer, any number of readers, no lock. Elements stand in segments of equal size; a
 * directory of the segments is replaced, never changed, but for a free place at its end. A reader
 * takes a {@link View} after it has read a commit, finds in it whatever that commit has made true
 * and no trim has dropped, and must not keep it: it would keep the segments alive.
 */
final class Log<E> {
  private final int shift;
  private final ToLongFunction<E> version;
  private volatile View<E> view;
  private long end;

  /**
   * @param shift the size of a segment as a power of two
   * @param first the index of the first element
   * @param version the last version that an element tells of
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

  /** The index of the next element; the writer's alone. */
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

  /** Takes back what was appended from that index on. */
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

  /** Drops what stands before that index. */
  void trim(long index) {
    View<E> now = view;
    int gone = (int) ((index >> shift) - now.firstSegment);
    int last = (int) ((end >> shift) - now.firstSegment);
    @Nullable Object[] @Nullable [] kept =
        Arrays.copyOfRange(
            now.segments, gone, Math.max(gone + 4, Math.min(now.segments.length, last + 1)));
    if (kept[0] != null) {
      // A segment that is kept for its end must not keep what stood at its beginning.
      kept[0] = kept[0].clone();
      Arrays.fill(kept[0], 0, (int) index & ((1 << shift) - 1), null);
    }
    view = new View<>(index, now.firstSegment + gone, kept, shift, version);
  }

  /** What the log holds, or held when this was taken. */
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

    /** The index of the first element that is still held. */
    long first() {
      return first;
    }

    /** That element; null if it was trimmed, or is not there yet. */
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
     * The index of the first element of a later version than {@code known}, looking no further than
     * {@code committed}; by halving, so that it costs nearly the same however long the log is.
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
