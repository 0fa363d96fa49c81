package io.databroker.benchmarks;

import java.util.Arrays;

/**
 * What was measured of a row.
 *
 * @param row which
 * @param ours the median of our time in nanoseconds per unit
 * @param other the median of the reference's; NaN if there is none
 * @param oursBytes the median of what our side allocates, in bytes per unit
 * @param otherBytes that of the reference
 * @param ratios the ratio of each pair of turns, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Outcome(
    Row row, double ours, double other, double oursBytes, double otherBytes, double[] ratios) {

  /**
   * Pairs each of our turns with the reference's turn that followed it.
   *
   * @param times by side, then by turn: nanoseconds per operation
   * @param bytes by side, then by turn: bytes allocated per operation
   */
  static Outcome of(Row row, double[][] times, double[][] bytes) {
    double[] ours = scaled(times[row.ours()], row.oursPer());
    double[] oursBytes = scaled(bytes[row.ours()], row.oursPer());
    if (row.other() < 0) {
      double[] ratios = ours.clone();
      Arrays.sort(ratios);
      return new Outcome(row, median(ours), Double.NaN, median(oursBytes), Double.NaN, ratios);
    }
    double[] other = scaled(times[row.other()], row.otherPer());
    double[] ratios = new double[Math.min(ours.length, other.length)];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = row.target().ratio(ours[i], other[i]);
    }
    Arrays.sort(ratios);
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

  /** A quarter of the pairs lie below. */
  double low() {
    return quantile(ratios, 0.25);
  }

  /** A quarter of the pairs lie above. */
  double high() {
    return quantile(ratios, 0.75);
  }

  String verdict() {
    return !row.target().isSet() ? "-" : row.target().isMetBy(ratio()) ? "met" : "missed";
  }

  private static double[] scaled(double[] values, double per) {
    return Arrays.stream(values).map(it -> it / per).toArray();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return quantile(sorted, 0.5);
  }

  /** Of sorted values, between the two nearest. */
  static double quantile(double[] sorted, double quantile) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double place = quantile * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
