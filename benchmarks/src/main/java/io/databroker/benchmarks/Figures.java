package io.databroker.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures of one row of one run, read back from the JSON that the run wrote.
 *
 * @param ours our median time, in nanoseconds (or bytes, in the rows about memory)
 * @param reference the median of the reference; NaN if the row has none
 */
record Figures(double ours, double reference) {
  private static final Pattern ROW =
      Pattern.compile(
          "\"row\": \"([^\"]*)\", \"reference\": \"([^\"]*)\".*?"
              + "\"oursNanos\": (\\S+), \"referenceNanos\": (\\S+),");

  /** Name of a row and of its reference. */
  record Key(String row, String reference) {}

  /** Reads the figures that {@link Json} wrote. */
  static Map<Key, Figures> read(String json) {
    Map<Key, Figures> all = new LinkedHashMap<>();
    Matcher rows = ROW.matcher(json);
    while (rows.find()) {
      all.put(
          new Key(rows.group(1), rows.group(2)),
          new Figures(number(rows.group(3)), number(rows.group(4))));
    }
    return all;
  }

  /** Our time divided by that of the reference, or our time alone if there is no reference. */
  double besideReference() {
    return Double.isNaN(reference) ? ours : ours / reference;
  }

  private static double number(String text) {
    return text.equals("null") ? Double.NaN : Double.parseDouble(text);
  }
}
