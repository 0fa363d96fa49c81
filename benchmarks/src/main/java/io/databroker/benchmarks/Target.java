package io.databroker.benchmarks;

import java.util.Locale;

/**
 * What a row is held against.
 *
 * @param measure what its ratio says
 * @param bound what is to be kept; ignored where nothing is
 */
record Target(Measure measure, double bound) {

  /** How ours and the reference are put into one figure. */
  enum Measure {
    /** Our throughput to the reference's: the more the better. */
    THROUGHPUT,
    /** Our time to the reference's: the less the better. */
    TIME,
    /** Our time in nanoseconds; there is no reference. */
    NANOS
  }

  static final double NONE = Double.NaN;

  static Target atLeast(double throughput) {
    return new Target(Measure.THROUGHPUT, throughput);
  }

  static Target atMost(double time) {
    return new Target(Measure.TIME, time);
  }

  static Target nanos(double nanos) {
    return new Target(Measure.NANOS, nanos);
  }

  /** A comparison for the reader's information. */
  static Target none() {
    return new Target(Measure.THROUGHPUT, NONE);
  }

  double ratio(double ours, double reference) {
    return switch (measure) {
      case THROUGHPUT -> reference / ours;
      case TIME -> ours / reference;
      case NANOS -> ours;
    };
  }

  boolean isSet() {
    return !Double.isNaN(bound);
  }

  boolean isMetBy(double ratio) {
    return measure == Measure.THROUGHPUT ? ratio >= bound : ratio <= bound;
  }

  @Override
  public String toString() {
    String unit =
        switch (measure) {
          case THROUGHPUT -> "x throughput";
          case TIME -> "x time";
          case NANOS -> "ns";
        };
    return isSet()
        ? String.format(
            Locale.ROOT, "%s %.4g %s", measure == Measure.THROUGHPUT ? ">=" : "<=", bound, unit)
        : unit;
  }
}
