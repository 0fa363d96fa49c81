package io.databroker.offheap.journal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The segments of a history, in the order of their versions. Immutable. */
public final class Directory {
  public static final Directory EMPTY = new Directory(new Segment[0]);

  private final Segment[] segments;
  private final @Nullable Segment[] byId;
  private final int lowestId;

  private Directory(Segment[] segments) {
    this.segments = segments;
    int lowest = Integer.MAX_VALUE;
    int highest = -1;
    for (Segment segment : segments) {
      lowest = Math.min(lowest, segment.id);
      highest = Math.max(highest, segment.id);
    }
    this.lowestId = lowest;
    this.byId = new Segment[Math.max(0, highest - lowest + 1)];
    for (Segment segment : segments) {
      byId[segment.id - lowest] = segment;
    }
  }

  public int size() {
    return segments.length;
  }

  public Segment get(int index) {
    return segments[index];
  }

  public List<Segment> all() {
    return List.of(segments);
  }

  /** Returns a copy with a segment at the end. */
  public Directory with(Segment added) {
    List<Segment> next = new ArrayList<>(all());
    next.add(added);
    return new Directory(next.toArray(new Segment[0]));
  }

  /** Returns a copy with one segment in place of adjacent ones. */
  public Directory replacing(List<Segment> run, Segment by) {
    List<Segment> next = new ArrayList<>(all());
    int at = next.indexOf(run.get(0));
    next.subList(at, at + run.size()).clear();
    next.add(at, by);
    return new Directory(next.toArray(new Segment[0]));
  }

  public @Nullable Segment byId(int id) {
    int place = id - lowestId;
    return place >= 0 && place < byId.length ? byId[place] : null;
  }

  /**
   * Returns the index of the last segment that begins at or before the given version; -1 if none
   * does.
   */
  public int indexFor(long version) {
    // Try the last segment first: most reads ask for recent records.
    int last = segments.length - 1;
    if (last >= 0 && segments[last].firstVersion <= version) {
      return last;
    }
    int low = 0;
    int high = last;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (segments[middle].firstVersion <= version) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** Returns the segment that holds the given version; null if none does. */
  public @Nullable Segment holding(long version) {
    // An empty segment begins where its successor does, so take the segment before the last.
    for (int i = indexFor(version); i >= 0; i--) {
      Segment segment = segments[i];
      if (segment.indexOf(version) >= 0) {
        return segment;
      }
      if (segment.count() > 0) {
        return null;
      }
    }
    return null;
  }
}
