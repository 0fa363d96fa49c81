package io.databroker.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Formats outcomes as JSON. */
final class Json {
  private Json() {}

  static String of(List<Outcome> outcomes) {
    return outcomes.stream().map(Json::of).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
  }

  private static String of(Outcome outcome) {
    Row row = outcome.row();
    return "  {"
        + String.join(
            ", ",
            member("row", quoted(row.name())),
            member("reference", quoted(row.reference())),
            member("unit", quoted(row.unit())),
            member("oursNanos", number(outcome.ours())),
            member("referenceNanos", number(outcome.other())),
            member("oursBytes", number(outcome.oursBytes())),
            member("referenceBytes", number(outcome.otherBytes())),
            member("ratio", number(outcome.ratio())),
            member("low", number(outcome.low())),
            member("high", number(outcome.high())),
            member("target", quoted(row.target().toString())),
            member("verdict", quoted(outcome.verdict())),
            member(
                "ratios",
                Arrays.stream(outcome.ratios())
                    .mapToObj(Json::number)
                    .collect(Collectors.joining(", ", "[", "]"))))
        + "}";
  }

  private static String member(String name, String value) {
    return quoted(name) + ": " + value;
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "null";
  }
}
