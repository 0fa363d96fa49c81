package io.databroker.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One row before and after: the ratios of the turns of two commits. */
final class Change {
  /** A row is worse if three quarters of its turns take longer by more than this factor. */
  static final double TOLERANCE = 1.05;

  private final Figures.Key row;
  private final List<Double> before = new ArrayList<>();
  private final List<Double> now = new ArrayList<>();
  private final List<Double> raw = new ArrayList<>();
  private final List<Double> normal = new ArrayList<>();

  Change(Figures.Key row) {
    this.row = row;
  }

  /** Adds one turn of each commit. */
  void add(Figures old, Figures current) {
    before.add(old.ours());
    now.add(current.ours());
    raw.add(current.ours() / old.ours());
    normal.add(current.besideReference() / old.besideReference());
  }

  /** Returns whether the row clearly takes longer now. */
  boolean isWorse() {
    return quantile(normal, 0.25) > TOLERANCE;
  }

  /** Returns a verdict on the ratio to the reference, which cancels the speed of the machine. */
  String verdict() {
    return isWorse() ? "worse" : quantile(normal, 0.5) <= TOLERANCE ? "no worse" : "unclear";
  }

  static String head() {
    return line(
            "row",
            "compared with",
            "before",
            "now",
            "now : before",
            "relative to the reference",
            "verdict")
        + line("---", "---", "--:", "--:", "---", "---", "---");
  }

  String line() {
    return line(
        row.row(),
        row.reference(),
        Table.number(quantile(before, 0.5)),
        Table.number(quantile(now, 0.5)),
        spread(raw),
        spread(normal),
        verdict());
  }

  private static String spread(List<Double> ratios) {
    return String.format(
        Locale.ROOT,
        "%.2f (%.2f - %.2f)",
        quantile(ratios, 0.5),
        quantile(ratios, 0.25),
        quantile(ratios, 0.75));
  }

  private static double quantile(List<Double> values, double quantile) {
    return Outcome.quantile(values.stream().mapToDouble(Double::doubleValue).toArray(), quantile);
  }

  private static String line(Object... cells) {
    return String.format(
        Locale.ROOT, "| %-48s | %-41s | %9s | %9s | %-20s | %-25s | %-8s |%n", cells);
  }
}
