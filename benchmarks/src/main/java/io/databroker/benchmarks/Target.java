package io.databroker.benchmarks;

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
    /** Our bytes to the reference's: the less the better. */
    BYTES,
    /** Our time in nanoseconds; there is no reference. */
    NANOS
  }

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
  static Target none(Measure measure) {
    return new Target(measure, Double.NaN);
  }

  double ratio(double ours, double reference) {
    return switch (measure) {
      case THROUGHPUT -> reference / ours;
      case TIME, BYTES -> ours / reference;
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
          case BYTES -> "x bytes";
          case NANOS -> "ns";
        };
    return isSet()
        ? (measure == Measure.THROUGHPUT ? ">= " : "<= ") + Table.number(bound) + " " + unit
        : unit;
  }
}
