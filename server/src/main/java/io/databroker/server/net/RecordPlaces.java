package io.databroker.server.net;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The large records that are being sent over one connection.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class RecordPlaces {
  private final Set<RecordPlace> places = ConcurrentHashMap.newKeySet();

  void add(RecordPlace place) {
    places.add(place);
  }

  void remove(RecordPlace place) {
    places.remove(place);
  }

  /** Returns the nanoseconds since the client took a part of any record. */
  long idle(long now) {
    long idle = Long.MAX_VALUE;
    for (RecordPlace place : places) {
      idle = Math.min(idle, now - place.movedAt(now));
    }
    return idle;
  }

  /**
   * Returns whether a record makes no progress for longer than that. All records of a connection
   * share its bandwidth, so each of n may rest n times as long, but no longer than {@code most}.
   */
  boolean hasStalledOne(long now, long patience, long most) {
    long longest = 0;
    long allowed = 0;
    for (RecordPlace place : places) {
      longest = Math.max(longest, now - place.movedAt(now));
      allowed += patience;
    }
    return longest > Math.min(allowed, most);
  }
}
