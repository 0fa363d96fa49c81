package io.databroker.tck.engine;

import io.databroker.api.Backend;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Lease;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Compares the clock of an engine with that of this JVM: they may run on two machines.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class EngineClock {
  private static final String NAME = "tck-clock";
  private static final Duration DURATION = Duration.ofHours(1);

  private EngineClock() {}

  /**
   * Returns how far the engine's clock is ahead, computed from the end of a lease; zero if both may
   * be the same clock, and null if the backend grants no lease now.
   */
  static @Nullable Duration ahead(Backend backend, InstantSource clock) {
    Instant before = clock.instant();
    Lease lease;
    Instant after;
    try {
      lease = backend.acquireLease(NAME, DURATION);
      after = clock.instant();
      if (lease == null) {
        return null;
      }
      backend.releaseLease(NAME, lease.token());
    } catch (DatabrokerException closed) {
      return null;
    }
    return ahead(lease.expiresAt().minus(DURATION), before, after);
  }

  /** Returns the smallest lead with which the engine granted a lease between two instants. */
  public static Duration ahead(Instant granted, Instant before, Instant after) {
    if (granted.plusNanos(1_000).isBefore(before)) {
      return Duration.between(before, granted);
    }
    return granted.isAfter(after) ? Duration.between(after, granted) : Duration.ZERO;
  }
}
