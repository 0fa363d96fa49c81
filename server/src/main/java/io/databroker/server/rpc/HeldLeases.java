package io.databroker.server.rpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts the held leases that were acquired through this server. A lease is identified by its
 * token, which is never granted twice.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class HeldLeases {
  /**
   * Name and end of a lease.
   *
   * @param end in {@code nanoTime}
   */
  private record Held(String name, long end) {}

  private final int limit;
  private final LongSupplier nanoTime;

  /** Held leases by their token; some may have ended. */
  private final Map<Long, Held> held = new HashMap<>();

  private int acquiring;

  HeldLeases(int limit, LongSupplier nanoTime) {
    this.limit = limit;
    this.nanoTime = nanoTime;
  }

  /**
   * Reserves a place for one more lease, to be released or filled; returns false if there is none.
   */
  synchronized boolean begin() {
    if (held.size() + acquiring >= limit) {
      forgetEnded(nanoTime.getAsLong());
    }
    if (held.size() + acquiring >= limit) {
      return false;
    }
    acquiring++;
    return true;
  }

  /** Releases the place. */
  synchronized void giveUp() {
    acquiring--;
  }

  private void forgetEnded(long now) {
    held.values().removeIf(lease -> lease.end - now <= 0);
  }

  /** Fills the place. */
  synchronized void acquired(String name, long token, Duration duration) {
    acquiring--;
    held.put(token, new Held(name, nanoTime.getAsLong() + duration.toNanos()));
  }

  synchronized void renewed(long token, Duration duration) {
    held.computeIfPresent(
        token, (same, lease) -> new Held(lease.name, nanoTime.getAsLong() + duration.toNanos()));
  }

  synchronized void released(long token) {
    held.remove(token);
  }

  /** Returns the leases that have not ended, in any order. */
  synchronized List<HeldLease> list() {
    long now = nanoTime.getAsLong();
    forgetEnded(now);
    List<HeldLease> list = new ArrayList<>(held.size());
    for (Held lease : held.values()) {
      list.add(new HeldLease(lease.name, Duration.ofNanos(lease.end - now)));
    }
    return list;
  }
}
