package io.databroker.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.RunnerException;

/** Measures all rows, or some, and tells them as a table, as JSON and as a plot. */
public final class Benchmarks {
  private static final String USAGE =
      "usage: run [--quick] [--only PATTERN] [--records N] [--out DIRECTORY]" + " [--jvm OPTION]";
  private static final int RECORDS = 500_000;

  private Benchmarks() {}

  /** See {@code USAGE}. */
  public static void main(String[] arguments) throws IOException, RunnerException {
    Measurement measurement = Measurement.FULL;
    int records = RECORDS;
    Predicate<String> wanted = any -> true;
    List<String> jvm = new ArrayList<>();
    Path out = Path.of("target");
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      if (argument.equals("--quick")) {
        measurement = Measurement.QUICK;
      } else if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(USAGE);
      } else {
        String value = arguments[++i];
        switch (argument) {
          case "--only" -> wanted = Pattern.compile(value, Pattern.CASE_INSENSITIVE).asPredicate();
          case "--records" -> records = Integer.parseInt(value);
          case "--jvm" -> jvm.add(value);
          case "--out" -> out = Path.of(value);
          default -> throw new IllegalArgumentException(USAGE);
        }
      }
    }
    List<Outcome> outcomes = run(measurement.with(jvm), Catalogue.of(records), wanted, System.out);
    Files.createDirectories(out);
    Path json = out.resolve("benchmarks.json");
    Path plot = out.resolve("benchmarks.svg");
    Files.writeString(json, Json.of(outcomes));
    Files.writeString(plot, RatioPlot.of(outcomes));
    System.out.println();
    System.out.println("figures: " + json.toAbsolutePath());
    System.out.println("plot:    " + plot.toAbsolutePath());
  }

  /** Runs the comparisons of which a row is wanted, and prints each row when it is known. */
  static List<Outcome> run(
      Measurement measurement,
      List<Comparison> comparisons,
      Predicate<String> wanted,
      PrintStream print)
      throws RunnerException {
    List<Outcome> outcomes = new ArrayList<>();
    print.print(Table.head());
    for (Comparison comparison : comparisons) {
      if (comparison.rows().stream().anyMatch(it -> wanted.test(it.name()))) {
        for (Outcome outcome : measurement.run(comparison)) {
          if (wanted.test(outcome.row().name())) {
            outcomes.add(outcome);
            print.print(Table.line(outcome));
          }
        }
      }
    }
    return outcomes;
  }
}
