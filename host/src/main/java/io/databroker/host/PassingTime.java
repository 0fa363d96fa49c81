package io.databroker.host;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Clock that only moves forward, for backends whose engine has its own clock. Between two readings
 * it advances by the larger of two intervals: that of {@link System#nanoTime} and that of the wall
 * clock. The first ignores changes of the wall clock, but may stop while the machine sleeps; the
 * wall clock does not stop then.
 */
final class PassingTime implements InstantSource {
  private final LongSupplier nanos;
  private final InstantSource wall;

  // Guarded by this.
  private long lastNanos;
  private Instant lastWall;
  private Instant now = Instant.EPOCH;

  PassingTime(LongSupplier nanos, InstantSource wall) {
    this.nanos = nanos;
    this.wall = wall;
    lastNanos = nanos.getAsLong();
    lastWall = wall.instant();
  }

  @Override
  public synchronized Instant instant() {
    long nanosNow = nanos.getAsLong();
    Instant wallNow = wall.instant();
    Duration passed = Duration.ofNanos(nanosNow - lastNanos);
    Duration onTheWall = Duration.between(lastWall, wallNow);
    now = now.plus(onTheWall.compareTo(passed) > 0 ? onTheWall : passed);
    lastNanos = nanosNow;
    lastWall = wallNow;
    return now;
  }
}
