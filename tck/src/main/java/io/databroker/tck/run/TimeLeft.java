package io.databroker.tck.run;

import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Estimates the remaining time of a run: for each test its share of the budget and a little more,
 * corrected by the durations of the tests that have ended.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class TimeLeft {
  private static final double SECONDS_A_TEST = 0.15;
  private static final double SECONDS_OF_CRASHES = 6;
  private static final double START_SECONDS = 2;

  private final Set<String> left;
  private final int all;
  private final double secondsAShare;
  private final double expected;
  private final InstantSource clock;
  private final Instant start;

  /**
   * Begins a run.
   *
   * @param tests the tests of the run, each as chapter and name
   * @param budget the budget for all concurrent workloads
   */
  TimeLeft(Set<String> tests, Duration budget, InstantSource clock) {
    this.left = new LinkedHashSet<>(tests);
    this.all = tests.size();
    this.secondsAShare = budget.toMillis() / 1000.0 / Shares.of(tests);
    this.expected = seconds(tests);
    this.clock = clock;
    this.start = clock.instant();
  }

  private double seconds(Set<String> tests) {
    return tests.stream().mapToDouble(this::seconds).sum();
  }

  private double seconds(String test) {
    return Shares.of(test) * secondsAShare
        + (test.startsWith("Crashes.") ? SECONDS_OF_CRASHES : SECONDS_A_TEST);
  }

  /** Records the end of a test; returns the number of ended tests, and the remaining time. */
  String after(String test) {
    left.remove(test);
    double took = Duration.between(start, clock.instant()).toMillis() / 1000.0;
    double done = expected - seconds(left);
    // Without START_SECONDS at the expected pace, the first few tests would distort the estimate.
    double pace = (took + START_SECONDS) / (done + START_SECONDS);
    return Texts.format(
        "[%d of %d, %s]",
        all - left.size(), all, left.isEmpty() ? "done" : words(seconds(left) * pace) + " left");
  }

  /** Returns the number of tests and their estimated time, before the first test. */
  String atFirst() {
    return Texts.format("%d test%s, about %s", all, all == 1 ? "" : "s", words(expected));
  }

  private static String words(double seconds) {
    long rounded = Math.max(1, Math.round(seconds));
    return rounded < 120
        ? rounded + " s"
        : rounded < 7200
            ? Math.round(rounded / 60.0) + " min"
            : Texts.format("%.1f h", rounded / 3600.0);
  }
}
