package io.databroker.offheap;

import io.databroker.api.Lease;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who holds which name. All of it is the writer's: used under the store's lock. */
final class Leases {
  private static final Duration KEPT = Duration.ofHours(1);

  /** More than anybody is granted between two forces; two thousand million such steps fit. */
  private static final long LOST = 1L << 32;

  private final Map<String, Lease> held = new HashMap<>();
  private long lastToken;

  /** Whether that is a holding that lasts. */
  @Nullable Lease holding(String name, Instant now) {
    Lease lease = held.get(name);
    return lease != null && now.isBefore(lease.expiresAt()) ? lease : null;
  }

  long nextToken() {
    return lastToken + 1;
  }

  static Instant end(Instant now, Duration duration) {
    return now.plus(duration).truncatedTo(ChronoUnit.MICROS);
  }

  void hold(Lease lease) {
    held.put(lease.name(), lease);
    lastToken = Math.max(lastToken, lease.token());
  }

  void release(String name) {
    held.remove(name);
  }

  /** Frees the memory of leases that have ended; not at once, as the clock may step back. */
  void sweep(Instant now) {
    Instant longAgo = now.minus(KEPT);
    held.values().removeIf(lease -> lease.expiresAt().isBefore(longAgo));
  }

  void restore(List<Lease> leases, long token) {
    held.clear();
    leases.forEach(this::hold);
    lastToken = Math.max(lastToken, token);
  }

  /** Goes on with tokens greater than any that may have been given and lost. */
  void skipLost() {
    lastToken += LOST;
  }

  List<Lease> all() {
    return List.copyOf(held.values());
  }

  long lastToken() {
    return lastToken;
  }
}
