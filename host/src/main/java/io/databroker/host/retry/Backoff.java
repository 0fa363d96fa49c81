package io.databroker.host.retry;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: the first, then twice as long each time up to the longest, until the
 * attempts have taken {@code giveUpAfter} in total. Each pause is shortened by a random part of up
 * to one half (jitter), so that many clients do not retry at the same moment.
 *
 * @param first the longest first pause; positive
 * @param longest the longest pause of all; not shorter than the first
 * @param giveUpAfter the time after which no further attempt begins; not negative
 */
public record Backoff(Duration first, Duration longest, Duration giveUpAfter) {
  private static final Backoff STANDARD =
      new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2), Duration.ofSeconds(30));

  /** Rejects durations out of range. */
  public Backoff {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(longest, "longest");
    Objects.requireNonNull(giveUpAfter, "giveUpAfter");
    if (first.isZero() || first.isNegative()) {
      throw invalid("first", first, "give more than 0");
    }
    if (longest.compareTo(first) < 0) {
      throw invalid("longest", longest, "give at least the first pause, " + first);
    }
    if (giveUpAfter.isNegative()) {
      throw invalid("giveUpAfter", giveUpAfter, "give 0 or more");
    }
  }

  /** Returns pauses from 50 milliseconds to 2 seconds, for 30 seconds. */
  public static Backoff standard() {
    return STANDARD;
  }

  /** Returns a copy that gives up after another time. */
  public Backoff giveUpAfter(Duration other) {
    return new Backoff(first, longest, other);
  }

  /**
   * Returns the pause before the next attempt.
   *
   * @param failures the number of failed attempts so far; at least 1
   */
  public Duration pause(int failures, RandomGenerator random) {
    Duration pause = first;
    for (int doubled = 1; doubled < failures && pause.compareTo(longest) < 0; doubled++) {
      pause = pause.multipliedBy(2);
    }
    pause = pause.compareTo(longest) < 0 ? pause : longest;
    return pause.minusNanos((long) (pause.toNanos() * random.nextDouble() / 2));
  }

  private static IllegalArgumentException invalid(String name, Duration value, String remedy) {
    return new IllegalArgumentException(
        String.format(Locale.ROOT, "%s is %s; %s", name, value, remedy));
  }
}
