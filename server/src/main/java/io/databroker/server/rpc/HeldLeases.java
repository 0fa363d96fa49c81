package io.databroker.server.rpc;

import io.databroker.server.net.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts the held leases that were acquired through this server. A lease is identified by its
 * token, which is never granted twice. A network holds at most half of the limit, so that no client
 * can take the leases of all others.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class HeldLeases {
  private static final String TOO_MANY = "too-many-leases";

  /**
   * Name, holder and end of a lease.
   *
   * @param by the network of the client that acquired it
   * @param end in {@code nanoTime}
   */
  private record Held(String name, Network by, long end) {}

  private final int limit;
  private final int share;
  private final LongSupplier nanoTime;

  /** Held leases by their token; some may have ended. */
  private final Map<Long, Held> held = new HashMap<>();

  /** Leases of each network, including those that it is acquiring. */
  private final Map<Network, Integer> places = new HashMap<>();

  private int acquiring;

  HeldLeases(int limit, LongSupplier nanoTime) {
    this.limit = limit;
    this.share = GrowthLimits.share(limit);
    this.nanoTime = nanoTime;
  }

  /**
   * Reserves a place for one more lease of a client, to be released or filled.
   *
   * @throws io.grpc.StatusRuntimeException if there is none
   */
  synchronized void begin(Network client) {
    if (isFull() || hasItsShare(client)) {
      forgetEnded(nanoTime.getAsLong());
    }
    if (isFull()) {
      throw Statuses.limit(TOO_MANY, "leases", limit);
    }
    if (hasItsShare(client)) {
      throw Statuses.limit(TOO_MANY, "leases of one address", share);
    }
    acquiring++;
    places.merge(client, 1, Integer::sum);
  }

  private boolean isFull() {
    return held.size() + acquiring >= limit;
  }

  private boolean hasItsShare(Network client) {
    return places.getOrDefault(client, 0) >= share;
  }

  /** Releases the place. */
  synchronized void giveUp(Network client) {
    acquiring--;
    freePlace(client);
  }

  private void freePlace(Network client) {
    places.computeIfPresent(client, (same, leases) -> leases == 1 ? null : leases - 1);
  }

  private void forgetEnded(long now) {
    held.values()
        .removeIf(
            lease -> {
              boolean ended = lease.end - now <= 0;
              if (ended) {
                freePlace(lease.by);
              }
              return ended;
            });
  }

  /** Fills the place. */
  synchronized void acquired(String name, Network client, long token, Duration duration) {
    acquiring--;
    held.put(token, new Held(name, client, nanoTime.getAsLong() + duration.toNanos()));
  }

  synchronized void renewed(long token, Duration duration) {
    held.computeIfPresent(
        token,
        (same, lease) -> new Held(lease.name, lease.by, nanoTime.getAsLong() + duration.toNanos()));
  }

  synchronized void released(long token) {
    Held released = held.remove(token);
    if (released != null) {
      freePlace(released.by);
    }
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
