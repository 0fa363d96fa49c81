package io.databroker.benchmarks;

import java.util.List;
import java.util.Locale;

/** Formats outcomes as a table. */
final class Table {
  private Table() {}

  static String head() {
    return line("row", "compared with", "ours", "reference", "ratio", "spread", "target", "verdict")
        + line("---", "---", "--:", "--:", "--:", "---", "---", "---");
  }

  static String line(Outcome outcome) {
    Row row = outcome.row();
    return line(
        row.name() + ", per " + row.unit(),
        row.reference(),
        number(outcome.ours()),
        number(outcome.other()),
        number(outcome.ratio()),
        number(outcome.low()) + " - " + number(outcome.high()),
        row.target().toString(),
        outcome.verdict());
  }

  static String of(List<Outcome> outcomes) {
    StringBuilder text = new StringBuilder(head());
    outcomes.forEach(it -> text.append(line(it)));
    return text.toString();
  }

  private static String line(Object... cells) {
    return String.format(
        Locale.ROOT, "| %-60s | %-41s | %9s | %9s | %9s | %-21s | %-20s | %-14s |%n", cells);
  }

  /** Formats a number with three significant digits. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
  }
}
