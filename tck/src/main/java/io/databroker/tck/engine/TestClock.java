package io.databroker.tck.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Clock that the test sets. A backend reads it in the middle of a write; a workload may yield at
 * that moment, so that calls overlap even on few processors.
 */
@SuppressWarnings("ThreadPriorityCheck") // yields only to make calls overlap, not for correctness
public final class TestClock implements InstantSource {
  /** Finer than a microsecond, so that a time shows whether it was cut to microseconds. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00.123456789Z");

  /** Number of readings from one yield to the next. */
  private static final int SELDOM = 48;

  private volatile Instant now = START;
  private volatile boolean yielding;
  private volatile boolean running;

  @Override
  public Instant instant() {
    if (yielding && ThreadLocalRandom.current().nextInt(SELDOM) == 0) {
      Thread.yield();
    }
    return running ? run() : now;
  }

  private synchronized Instant run() {
    now = now.plusNanos(1_000);
    return now;
  }

  /** Sets whether each reading advances the clock by a microsecond. */
  public void runWithEachReading(boolean runs) {
    running = runs;
  }

  /** Yields to other threads from now on. */
  public void letOthersGoFirst() {
    yielding = true;
  }

  public void set(Instant instant) {
    now = instant;
  }

  public synchronized void turn(Duration by) {
    now = now.plus(by);
  }
}
