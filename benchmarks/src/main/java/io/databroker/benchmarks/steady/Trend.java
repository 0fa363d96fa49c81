package io.databroker.benchmarks.steady;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Growth of a measure: its median in the second fifth of the time, when caches are warm and the
 * history has its full length, and in the last fifth.
 */
record Trend(Measure measure, double before, double after) {

  /** Returns the trend of the values of a whole run; NaN if there are too few. */
  static Trend of(Measure measure, List<Double> values) {
    int fifth = values.size() / 5;
    return new Trend(
        measure,
        median(values.subList(fifth, 2 * fifth)),
        median(values.subList(values.size() - fifth, values.size())));
  }

  private static double median(List<Double> values) {
    double[] known = values.stream().mapToDouble(v -> v).filter(v -> !Double.isNaN(v)).toArray();
    Arrays.sort(known);
    return known.length == 0 ? Double.NaN : known[known.length / 2];
  }

  /** Returns whether the measure has no values. */
  boolean isAbsent() {
    return Double.isNaN(before) || Double.isNaN(after);
  }

  /** Returns whether the measure is bounded and has exceeded its bound. */
  boolean isGrowing() {
    return !Double.isNaN(measure.allowance) && after > before * 1.1 + measure.allowance;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "| %s | %,.1f | %,.1f | %s |",
        measure.unit.isEmpty() ? measure.title : measure.title + ", " + measure.unit,
        before,
        after,
        Double.isNaN(measure.allowance) ? "-" : isGrowing() ? "GROWS" : "flat");
  }
}
