package io.databroker.host;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * How much time passes, for an engine with a clock of its own. It never steps back, and rather goes
 * ahead than stay behind: of two readings, the longer counts. So it stands a clock that is set, and
 * notices that the machine slept, which {@link System#nanoTime} need not.
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
