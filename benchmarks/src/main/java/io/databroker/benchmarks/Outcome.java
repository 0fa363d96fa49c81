package io.databroker.benchmarks;

import java.util.Arrays;

/**
 * Measured figures of a row.
 *
 * @param row the row
 * @param ours the median of our time in nanoseconds per unit
 * @param other the median of the reference's; NaN if there is none
 * @param oursBytes the median of our allocation, in bytes per unit
 * @param otherBytes the median of the reference's allocation
 * @param ratios the ratios of the pairs of turns, in order
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Outcome(
    Row row, double ours, double other, double oursBytes, double otherBytes, double[] ratios) {

  /**
   * Pairs each of our turns with the turn of the reference that followed it.
   *
   * @param times by side, then by turn: nanoseconds per operation
   * @param bytes by side, then by turn: bytes allocated per operation
   */
  static Outcome of(Row row, double[][] times, double[][] bytes) {
    double[] ours = scaled(times[row.ours()], row.oursPer());
    double[] oursBytes = scaled(bytes[row.ours()], row.oursPer());
    if (row.other() < 0) {
      return new Outcome(row, median(ours), Double.NaN, median(oursBytes), Double.NaN, ours);
    }
    double[] other = scaled(times[row.other()], row.otherPer());
    double[] ratios = new double[Math.min(ours.length, other.length)];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = row.target().ratio(ours[i], other[i]);
    }
    return new Outcome(
        row,
        median(ours),
        median(other),
        median(oursBytes),
        median(scaled(bytes[row.other()], row.otherPer())),
        ratios);
  }

  double ratio() {
    return quantile(ratios, 0.5);
  }

  /** Returns the lower quartile. */
  double low() {
    return quantile(ratios, 0.25);
  }

  /** Returns the upper quartile. */
  double high() {
    return quantile(ratios, 0.75);
  }

  /**
   * Returns whether the median meets the target, with "barely" if the target lies in the spread.
   */
  String verdict() {
    Target target = row.target();
    if (!target.isSet()) {
      return "-";
    }
    String verdict = target.isMetBy(ratio()) ? "met" : "missed";
    return target.isMetBy(low()) == target.isMetBy(high()) ? verdict : verdict + ", barely";
  }

  private static double[] scaled(double[] values, double per) {
    return Arrays.stream(values).map(it -> it / per).toArray();
  }

  private static double median(double[] values) {
    return quantile(values, 0.5);
  }

  /** Returns a quantile, interpolated between the two nearest values. */
  static double quantile(double[] values, double quantile) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double place = quantile * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
