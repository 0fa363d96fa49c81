package io.databroker.inmemory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.databroker.api.Lease;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which name. A cache whose entries end with their lease, on the injected clock: an ended
 * lease is absent at that instant, and names that nobody takes again leave no trace. Tokens are
 * counted outside of it, since they must outlive what expires.
 */
final class Leases {
  private final InstantSource clock;
  private final Cache<String, Lease> held;
  private final AtomicLong tokens = new AtomicLong();

  Leases(InstantSource clock) {
    this.clock = clock;
    this.held =
        Caffeine.newBuilder()
            .ticker(() -> nanos(clock.instant()))
            .executor(Runnable::run)
            .expireAfter(
                new Expiry<String, Lease>() {
                  @Override
                  public long expireAfterCreate(String name, Lease lease, long now) {
                    return nanos(lease.expiresAt()) - now;
                  }

                  @Override
                  public long expireAfterUpdate(String name, Lease lease, long now, long left) {
                    return nanos(lease.expiresAt()) - now;
                  }

                  @Override
                  public long expireAfterRead(String name, Lease lease, long now, long left) {
                    return left;
                  }
                })
            .build();
  }

  @Nullable Lease acquire(String name, Duration duration) {
    boolean[] granted = {false};
    Lease holding =
        held.asMap()
            .computeIfAbsent(
                name,
                free -> {
                  granted[0] = true;
                  return new Lease(name, tokens.incrementAndGet(), end(duration));
                });
    return granted[0] ? holding : null;
  }

  @Nullable Lease renew(String name, long token, Duration duration) {
    Lease holding =
        held.asMap()
            .computeIfPresent(
                name,
                (any, now) -> now.token() == token ? new Lease(name, token, end(duration)) : now);
    return holding != null && holding.token() == token ? holding : null;
  }

  boolean release(String name, long token) {
    boolean[] released = {false};
    held.asMap()
        .computeIfPresent(
            name,
            (any, lease) -> {
              released[0] = lease.token() == token;
              return released[0] ? null : lease;
            });
    return released[0];
  }

  /** Frees the memory of leases that have ended. */
  void sweep() {
    held.cleanUp();
  }

  private Instant end(Duration duration) {
    return clock.instant().plus(duration).truncatedTo(ChronoUnit.MICROS);
  }

  /** Modulo 2^64, as the cache takes them, which looks at differences alone: right in any year. */
  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }
}
