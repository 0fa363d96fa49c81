package io.databroker.server.rpc;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts the held leases that were acquired through this server. A lease is identified by its
 * token, which is never granted twice.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class HeldLeases {
  private final int limit;
  private final LongSupplier nanoTime;

  /** End of each lease by its token, in {@code nanoTime}. */
  private final Map<Long, Long> ends = new HashMap<>();

  private int acquiring;

  HeldLeases(int limit, LongSupplier nanoTime) {
    this.limit = limit;
    this.nanoTime = nanoTime;
  }

  /**
   * Reserves a place for one more lease, to be released or filled; returns false if there is none.
   */
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

  /** Releases the place. */
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
