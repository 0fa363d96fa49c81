package io.databroker.tck.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The time, turned by the test that owns it. A backend asks for it in the middle of a write: a
 * moment at which a workload may let another thread go first, so that calls overlap on few
 * processors too.
 */
@SuppressWarnings("ThreadPriorityCheck") // yields to make calls overlap, not to be right
public final class TestClock implements InstantSource {
  /** Finer than a microsecond, so that cutting shows. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00.123456789Z");

  /** One in this many readings yields to another thread. */
  private static final int SELDOM = 48;

  private volatile Instant now = START;
  private volatile boolean yielding;

  @Override
  public Instant instant() {
    if (yielding && ThreadLocalRandom.current().nextInt(SELDOM) == 0) {
      Thread.yield();
    }
    return now;
  }

  /** Lets threads go first from now on. */
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
