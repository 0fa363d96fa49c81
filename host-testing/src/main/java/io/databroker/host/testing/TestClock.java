package io.databroker.host.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;

/** Clock that only moves when a test moves it, and never backwards. */
public final class TestClock implements InstantSource {
  private Instant now;

  /** Creates a clock that shows the start of 2026 in UTC. */
  public TestClock() {
    this(Instant.parse("2026-01-01T00:00:00Z"));
  }

  /** Creates a clock that shows that instant. */
  public TestClock(Instant start) {
    this.now = Objects.requireNonNull(start, "start");
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  /**
   * Moves the clock forward.
   *
   * @throws IllegalArgumentException if the duration is negative
   */
  public synchronized void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "duration is %s; give 0 or more", duration));
    }
    now = now.plus(duration);
  }
}
