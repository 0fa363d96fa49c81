package io.databroker.api.support;

import io.databroker.api.Lease;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The leases of a backend (LEASE-1 to LEASE-7). It has no clock: callers pass the time.
 *
 * <p>{@link #acquire}, {@link #renew} and {@link #release} implement the calls of a backend. A
 * durable backend writes to its journal in between: {@link #grant} and {@link #renewal} only
 * compute a lease, {@link #put} and {@link #remove} change the table.
 *
 * <p>A holding is over at its end. If the time that callers pass steps back, the holdings that were
 * over before the step stay over.
 *
 * <p><b>Thread-safety:</b> none; guard it by the backend's lock.
 */
public final class LeaseTable {
  /** Heap of a lease without its name: the lease, its end, and an entry in each collection. */
  private static final int ENTRY_BYTES = 200;

  /** Number of ended leases that each grant removes: more than one, so that they cannot pile up. */
  private static final int SWEPT_PER_GRANT = 2;

  private final Map<String, Lease> byName = new HashMap<>();
  private final TreeSet<Lease> byEnd =
      new TreeSet<>(Comparator.comparing(Lease::expiresAt).thenComparingLong(Lease::token));
  private long lastToken;
  private long heapBytes;

  /** The time that a caller passed last. */
  private Instant lastTime = Instant.MIN;

  /** Creates a table without leases. */
  public LeaseTable() {}

  /** Grants the name, or returns null while another holding of it lasts. */
  public @Nullable Lease acquire(String name, Duration duration, Instant now) {
    Lease granted = grant(name, duration, now);
    if (granted != null) {
      put(granted);
    }
    return granted;
  }

  /** Renews a holding, or returns null if that token does not hold the name. */
  public @Nullable Lease renew(String name, long token, Duration duration, Instant now) {
    Lease renewed = renewal(name, token, duration, now);
    if (renewed != null) {
      put(renewed);
    }
    return renewed;
  }

  /** Ends a holding; returns false if that token does not hold the name. */
  public boolean release(String name, long token, Instant now) {
    boolean held = holds(name, token, now);
    if (held) {
      remove(name);
    }
    return held;
  }

  /** Returns the lease that lasts at that time, or null. */
  public @Nullable Lease find(String name, Instant now) {
    observe(now);
    Lease lease = byName.get(name);
    return lease != null && now.isBefore(lease.expiresAt()) ? lease : null;
  }

  /** Returns whether that token holds the name at that time. */
  public boolean holds(String name, long token, Instant now) {
    Lease lease = find(name, now);
    return lease != null && lease.token() == token;
  }

  /** Returns a new lease of the given name with the next token, or null while another one lasts. */
  public @Nullable Lease grant(String name, Duration duration, Instant now) {
    observe(now);
    sweep(now, SWEPT_PER_GRANT);
    return find(name, now) != null ? null : new Lease(name, lastToken + 1, end(now, duration));
  }

  /** Returns the lease with its new end, or null if that token does not hold the name. */
  public @Nullable Lease renewal(String name, long token, Duration duration, Instant now) {
    return holds(name, token, now) ? new Lease(name, token, end(now, duration)) : null;
  }

  /** If the clock has stepped back, removes the leases that had ended before the step. */
  private void observe(Instant now) {
    if (now.isBefore(lastTime)) {
      sweep(lastTime, Integer.MAX_VALUE);
    }
    lastTime = now;
  }

  private static Instant end(Instant now, Duration duration) {
    return now.plus(duration).truncatedTo(ChronoUnit.MICROS);
  }

  /** Stores a granted or renewed lease. */
  public void put(Lease lease) {
    remove(lease.name());
    byName.put(lease.name(), lease);
    byEnd.add(lease);
    heapBytes += heapBytes(lease.name());
    raiseLastToken(lease.token());
  }

  /** Removes the lease of the given name, if there is one. */
  public void remove(String name) {
    Lease removed = byName.remove(name);
    if (removed != null) {
      byEnd.remove(removed);
      heapBytes -= heapBytes(name);
    }
  }

  /** Removes all leases that have ended at that time. */
  public void sweep(Instant now) {
    observe(now);
    sweep(now, Integer.MAX_VALUE);
  }

  private void sweep(Instant now, int atMost) {
    for (int i = 0; i < atMost && !byEnd.isEmpty(); i++) {
      Lease first = byEnd.first();
      if (now.isBefore(first.expiresAt())) {
        return;
      }
      remove(first.name());
    }
  }

  /** Replaces all leases; new tokens follow {@code lastToken} and those of the leases. */
  public void restore(Collection<Lease> leases, long lastToken) {
    List<Lease> restored = List.copyOf(leases);
    byName.clear();
    byEnd.clear();
    heapBytes = 0;
    restored.forEach(this::put);
    raiseLastToken(lastToken);
  }

  /** Returns all leases, including those that have ended but were not removed yet. */
  public List<Lease> all() {
    return List.copyOf(byName.values());
  }

  /** Returns the last token that was granted; 0 if there was none. */
  public long lastToken() {
    return lastToken;
  }

  /** Makes later tokens greater than {@code token}. */
  public void raiseLastToken(long token) {
    if (Long.compareUnsigned(token, lastToken) > 0) {
      lastToken = token;
    }
  }

  /** Returns an upper estimate of the heap that all leases take, in bytes. */
  public long heapBytes() {
    return heapBytes;
  }

  /** Returns the heap that a lease of the given name holds, in bytes. */
  public static long heapBytes(String name) {
    return ENTRY_BYTES + 2L * name.length();
  }
}
