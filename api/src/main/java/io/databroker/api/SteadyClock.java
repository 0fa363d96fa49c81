package io.databroker.api;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stays steady when the system clock steps (TIME-1 to TIME-4).
 *
 * <p>It offers two time lines. {@link #instant} follows the system clock: when that clock steps,
 * this time line catches up slowly. It runs at most a tenth faster or slower than time passes, and
 * never backwards. {@link #elapsing} ignores steps: it advances exactly as time passes, so
 * durations are measured on it. Both start at the time of the system clock.
 *
 * <p>A step is logged once. A machine that was asleep looks like a clock that stepped forward.
 *
 * <p>Any other clock, such as one that a test sets, is passed through: both time lines are that
 * clock.
 *
 * <p><b>Thread-safety:</b> any thread may read it at any time.
 */
public final class SteadyClock implements InstantSource {
  private static final System.Logger LOG = System.getLogger(SteadyClock.class.getName());
  private static final long SECOND = 1_000_000_000L;

  /** Largest difference between two readings of the clocks that does not count as a step. */
  private static final long TOLERANCE = SECOND;

  /** Divisor of the elapsed time: the time line catches up by a tenth of that time. */
  private static final int CATCHING_UP = 10;

  private final InstantSource wall;
  private final @Nullable LongSupplier nanos;

  // Nanoseconds since 1970 minus the reading of the timer. Guarded by this.
  private long lastTimer;
  private long lastWall;
  private long line;
  private long elapsing;

  private SteadyClock(InstantSource wall, @Nullable LongSupplier nanos) {
    this.wall = Require.nonNull("wall", wall);
    this.nanos = nanos;
    if (nanos != null) {
      lastTimer = nanos.getAsLong();
      lastWall = nanosOf(wall.instant());
      line = lastWall;
      elapsing = lastWall;
    }
  }

  /** Returns a steady clock over the system clock; any other clock is passed through. */
  public static SteadyClock of(InstantSource clock) {
    return clock instanceof SteadyClock steady
        ? steady
        : new SteadyClock(clock, isSystem(clock) ? System::nanoTime : null);
  }

  /**
   * Returns a steady clock over a wall clock that may step and a timer that does not, such as
   * {@link System#nanoTime}.
   */
  public static SteadyClock of(InstantSource wall, LongSupplier nanos) {
    return new SteadyClock(wall, Require.nonNull("nanos", nanos));
  }

  /** Returns whether that is the clock of the system, in any time zone. */
  static boolean isSystem(InstantSource clock) {
    return clock.equals(InstantSource.system())
        || (clock instanceof Clock zoned && zoned.equals(Clock.system(zoned.getZone())));
  }

  /** Returns whether this clock ignores steps; false for a clock that is passed through. */
  public boolean ignoresSteps() {
    return nanos != null;
  }

  /** Returns the time for records: the system clock without its steps; never runs backwards. */
  @Override
  public Instant instant() {
    if (nanos == null) {
      return wall.instant();
    }
    synchronized (this) {
      read(nanos);
      return instantOf(line);
    }
  }

  /** Returns the time for durations, such as those of leases: it advances as time passes. */
  public Instant elapsing() {
    if (nanos == null) {
      return wall.instant();
    }
    synchronized (this) {
      read(nanos);
      return instantOf(elapsing);
    }
  }

  private void read(LongSupplier timer) {
    long timerNow = timer.getAsLong();
    long wallNow = nanosOf(wall.instant());
    long passed = Math.max(0, timerNow - lastTimer);
    long step = wallNow - lastWall - passed;
    lastTimer = timerNow;
    lastWall = wallNow;
    elapsing += passed;
    long behind = wallNow - (line + passed);
    long most = passed / CATCHING_UP;
    line += passed + Math.max(-most, Math.min(most, behind));
    if (Math.abs(step) > TOLERANCE) {
      report(step, behind);
    }
  }

  private static void report(long step, long behind) {
    LOG.log(
        Level.WARNING,
        "The system clock stepped {0} by {1}, or the machine was asleep. Times of records are now"
            + " {2} away from it and catch up slowly; leases and other durations are not affected.",
        step > 0 ? "forward" : "back",
        Duration.ofNanos(Math.abs(step)),
        Duration.ofNanos(Math.abs(behind)));
  }

  private static long nanosOf(Instant instant) {
    return instant.getEpochSecond() * SECOND + instant.getNano();
  }

  private static Instant instantOf(long nanos) {
    return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
  }
}
