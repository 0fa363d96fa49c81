package io.databroker.benchmarks;

/**
 * Target of a row.
 *
 * @param measure the meaning of the ratio
 * @param bound the bound; NaN if there is none
 */
record Target(Measure measure, double bound) {

  /** Figure made from our time and that of the reference. */
  enum Measure {
    /** Our throughput divided by that of the reference: more is better. */
    THROUGHPUT,
    /** Our time divided by that of the reference: less is better. */
    TIME,
    /** Our bytes divided by those of the reference: less is better. */
    BYTES,
    /** Our time in nanoseconds; a reference does not count. */
    NANOS,
    /** Our time minus that of the reference, in nanoseconds: less is better. */
    MORE_NANOS
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

  static Target atMostMore(double nanos) {
    return new Target(Measure.MORE_NANOS, nanos);
  }

  /** Returns a measure without a bound, for information. */
  static Target none(Measure measure) {
    return new Target(measure, Double.NaN);
  }

  double ratio(double ours, double reference) {
    return switch (measure) {
      case THROUGHPUT -> reference / ours;
      case TIME, BYTES -> ours / reference;
      case NANOS -> ours;
      case MORE_NANOS -> ours - reference;
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
          case MORE_NANOS -> "ns more";
        };
    return isSet()
        ? (measure == Measure.THROUGHPUT ? ">= " : "<= ") + Table.number(bound) + " " + unit
        : unit;
  }
}
