package io.databroker.server.rpc;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts the leases that are held, of those that were acquired through this server. A token is
 * given once for all, so it stands for its lease.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class HeldLeases {
  private final int limit;
  private final LongSupplier nanoTime;

  /** When each ends, by {@code nanoTime}. */
  private final Map<Long, Long> ends = new HashMap<>();

  private int acquiring;

  HeldLeases(int limit, LongSupplier nanoTime) {
    this.limit = limit;
    this.nanoTime = nanoTime;
  }

  /** Takes a place for one more; false if there is none. A place is given back or filled. */
  synchronized boolean begin() {
    if (ends.size() + acquiring >= limit) {
      long now = nanoTime.getAsLong();
      ends.values().removeIf(end -> end - now <= 0);
    }
    if (ends.size() + acquiring >= limit) {
      return false;
    }
    acquiring++;
    return true;
  }

  /** Gives the place back. */
  synchronized void giveUp() {
    acquiring--;
  }

  /** Fills the place. */
  synchronized void acquired(long token, Duration duration) {
    acquiring--;
    ends.put(token, nanoTime.getAsLong() + duration.toNanos());
  }

  synchronized void renewed(long token, Duration duration) {
    ends.computeIfPresent(token, (same, end) -> nanoTime.getAsLong() + duration.toNanos());
  }

  synchronized void released(long token) {
    ends.remove(token);
  }
}
