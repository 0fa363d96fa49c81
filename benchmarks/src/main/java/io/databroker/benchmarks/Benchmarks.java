package io.databroker.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Measures all rows, or some, and tells them as a table, as JSON and as a plot.
 *
 * <p><b>Thread-safety:</b> none; it is a program.
 */
@Command(
    name = "benchmarks/run",
    sortOptions = false,
    description =
        "Measures Databroker beside bare data structures and other stores, row by row, and prints a"
            + " table; the machine should have nothing else to do.")
@SuppressWarnings("NullAway.Init") // by picocli
public final class Benchmarks implements Callable<Integer> {
  /** Fewer would not fill the batches and look-ups of a row. */
  private static final int LEAST = 1_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--quick",
      description = "Fewer and shorter turns, fewer records: some minutes, and rough.")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "PATTERN",
      defaultValue = "",
      description = "Only the rows in whose names this regular expression is found.")
  private Pattern only;

  @Option(
      names = "--records",
      paramLabel = "N",
      description =
          "How many records a store holds, a thousand or more, in the rows that do not say. Default:"
              + " 500000, or 50000 if quick.")
  private @Nullable Integer records;

  @Option(
      names = "--growth",
      paramLabel = "N",
      split = ",",
      description = "Instead, the rows that may depend on the number of records, at each of these.")
  private List<Integer> growth = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIRECTORY",
      defaultValue = "${sys:databroker.benchmarks.out:-target}",
      description =
          "Where the JSON and the plot go, over those of the run before. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description =
          "For the JVMs that measure (neither servers nor memory); may be given again. Ten million"
              + " records in memory need -Xmx20g.")
  private List<String> jvm = List.of();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Tells this.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  private Benchmarks() {}

  /** See {@code --help}. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmarks()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Measurement measurement = (quick ? Measurement.QUICK : Measurement.FULL).with(jvm);
    Predicate<String> wanted =
        Pattern.compile(only.pattern(), Pattern.CASE_INSENSITIVE).asPredicate();
    List<Integer> sizes = new ArrayList<>(growth);
    sizes.add(held());
    for (int size : sizes) {
      if (size < LEAST) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), size + " records are too few: " + LEAST + " at least");
      }
    }
    Files.createDirectories(out);
    if (!growth.isEmpty()) {
      if (wantedRows(Catalogue.growing(LEAST), wanted) == 0) {
        return noRow();
      }
      grow(measurement, growth, wanted, out);
      return 0;
    }
    List<Comparison> comparisons = Catalogue.of(held());
    List<Outcome> outcomes = new ArrayList<>(run(measurement, comparisons, wanted, System.out));
    boolean complete = outcomes.size() == wantedRows(comparisons, wanted);
    if (ServerComparison.ROWS.stream().anyMatch(wanted)) {
      try (ServerComparison server = new ServerComparison()) {
        outcomes.addAll(server.run(measurement, wanted, it -> System.out.print(Table.line(it))));
      }
    }
    outcomes.addAll(Footprint.compare(held(), wanted, it -> System.out.print(Table.line(it))));
    System.out.println();
    if (outcomes.isEmpty()) {
      return noRow();
    }
    write("figures", out.resolve("benchmarks.json"), Json.of(outcomes));
    write("plot", out.resolve("benchmarks.svg"), RatioPlot.of(outcomes));
    return complete ? 0 : 1; // what failed was told in its place
  }

  private int held() {
    return records != null ? records : quick ? 50_000 : 500_000;
  }

  private int noRow() {
    System.err.println("no row has " + only + " in its name");
    return CommandLine.ExitCode.USAGE;
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
