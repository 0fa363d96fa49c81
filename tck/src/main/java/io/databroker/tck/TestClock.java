package io.databroker.tck;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The time, turned by the test that owns it. */
final class TestClock implements InstantSource {
  /** Finer than a microsecond, so that cutting shows. */
  static final Instant START = Instant.parse("2026-01-01T00:00:00.123456789Z");

  private volatile Instant now = START;

  @Override
  public Instant instant() {
    return now;
  }

  void set(Instant instant) {
    now = instant;
  }

  synchronized void turn(Duration by) {
    now = now.plus(by);
  }
}
