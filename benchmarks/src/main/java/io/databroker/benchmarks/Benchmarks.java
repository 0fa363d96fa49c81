package io.databroker.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Measures all rows, or some, and tells them as a table, as JSON and as a plot.
 *
 * <p><b>Thread-safety:</b> none; it is a program.
 */
public final class Benchmarks {
  private static final String USAGE =
      "usage: run [--quick] [--only PATTERN] [--records N] [--out DIRECTORY]" + " [--jvm OPTION]";
  private static final int RECORDS = 500_000;

  private Benchmarks() {}

  /** See {@code USAGE}. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Measurement measurement = Measurement.FULL;
    int records = RECORDS;
    Predicate<String> wanted = any -> true;
    List<Integer> growth = new ArrayList<>();
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
          case "--growth" -> {
            for (String size : value.split(",", -1)) {
              growth.add(Integer.parseInt(size));
            }
          }
          case "--jvm" -> jvm.add(value);
          case "--out" -> out = Path.of(value);
          default -> throw new IllegalArgumentException(USAGE);
        }
      }
    }
    measurement = measurement.with(jvm);
    Files.createDirectories(out);
    if (!growth.isEmpty()) {
      grow(measurement, growth, wanted, out);
      return;
    }
    List<Comparison> comparisons = Catalogue.of(records);
    List<Outcome> outcomes = new ArrayList<>(run(measurement, comparisons, wanted, System.out));
    boolean complete = outcomes.size() == wantedRows(comparisons, wanted);
    if (ServerComparison.ROWS.stream().anyMatch(wanted)) {
      try (ServerComparison server = new ServerComparison()) {
        outcomes.addAll(server.run(measurement, wanted, it -> System.out.print(Table.line(it))));
      }
    }
    outcomes.addAll(Footprint.compare(records, wanted, it -> System.out.print(Table.line(it))));
    System.out.println();
    write("figures", out.resolve("benchmarks.json"), Json.of(outcomes));
    write("plot", out.resolve("benchmarks.svg"), RatioPlot.of(outcomes));
    if (!complete) {
      System.exit(1); // what failed was told in its place
    }
  }

  private static long wantedRows(List<Comparison> comparisons, Predicate<String> wanted) {
    return comparisons.stream()
        .flatMap(it -> it.rows().stream())
        .filter(it -> wanted.test(it.name()))
        .count();
  }

  /** The rows whose cost may depend on the number of records, at several. */
  private static void grow(
      Measurement measurement, List<Integer> growth, Predicate<String> wanted, Path out)
      throws IOException {
    TreeMap<Integer, List<Outcome>> outcomes = new TreeMap<>();
    for (int records : growth) {
      System.out.printf("%n%,d records%n", records);
      outcomes.put(records, run(measurement, Catalogue.growing(records), wanted, System.out));
    }
    System.out.println();
    for (int records : growth) {
      write(
          "figures",
          out.resolve("growth-" + records + ".json"),
          Json.of(Objects.requireNonNull(outcomes.get(records))));
    }
    write("plot", out.resolve("growth.svg"), GrowthPlot.of(outcomes));
  }

  private static void write(String what, Path file, String text) throws IOException {
    Files.writeString(file, text);
    System.out.println(what + ": " + file.toAbsolutePath().normalize());
  }

  /** Runs the comparisons of which a row is wanted, and prints each row when it is known. */
  static List<Outcome> run(
      Measurement measurement,
      List<Comparison> comparisons,
      Predicate<String> wanted,
      PrintStream print) {
    List<Outcome> outcomes = new ArrayList<>();
    print.print(Table.head());
    for (Comparison comparison : comparisons) {
      if (comparison.rows().stream().anyMatch(it -> wanted.test(it.name()))) {
        for (Outcome outcome : measured(measurement, comparison, print)) {
          if (wanted.test(outcome.row().name())) {
            outcomes.add(outcome);
            print.print(Table.line(outcome));
          }
        }
      }
    }
    return outcomes;
  }

  /** A comparison that fails is told, and does not take the others with it. */
  private static List<Outcome> measured(
      Measurement measurement, Comparison comparison, PrintStream print) {
    try {
      return measurement.run(comparison);
    } catch (RunnerException e) {
      print.println("FAILED: " + comparison.benchmark() + " " + comparison.parameters());
      e.printStackTrace(print);
      return List.of();
    }
  }
}
