package io.databroker.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/** Command line of the benchmarks: measures rows, and prints them as a table and as JSON. */
@Command(
    name = "benchmarks/run",
    sortOptions = false,
    description =
        "Compares Databroker with bare data structures and other stores and prints a table with one"
            + " line per row. Run it on an idle machine.")
@SuppressWarnings("NullAway.Init") // by picocli
public final class Benchmarks implements Callable<Integer> {
  /** Smallest number of records that is enough for the batches and look-ups of a row. */
  private static final int LEAST = 1_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--quick",
      description =
          "Measures with fewer records and shorter turns: takes minutes, and gives rough figures.")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "PATTERN",
      defaultValue = "",
      description = "Measures only rows whose names contain a match of this regular expression.")
  private Pattern only;

  @Option(
      names = "--records",
      paramLabel = "N",
      description =
          "Number of records in a store, at least 1000, for rows that do not state it. Default:"
              + " 500000, or 50000 with --quick.")
  private @Nullable Integer records;

  @Option(
      names = "--growth",
      paramLabel = "N",
      split = ",",
      description =
          "Measures the rows whose cost may depend on the number of records, at each of these numbers.")
  private List<Integer> growth = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIRECTORY",
      defaultValue = "${sys:databroker.benchmarks.out:-target}",
      description =
          "Folder for the JSON; replaces that of the run before. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description =
          "Option for the JVMs that measure (except servers and memory); can be repeated. Ten million"
              + " records in memory need -Xmx20g.")
  private List<String> jvm = List.of();

  @Option(
      names = "--against",
      paramLabel = "COMMIT",
      description =
          "Compares this source tree with a commit: builds both, lets them take turns, and prints how"
              + " much longer each row takes now, with the quartiles over the rounds. A row is worse"
              + " if three quarters of its turns took over 5 %% longer; then the exit code is 1.")
  private @Nullable String against;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Turns of each side with --against. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  Benchmarks() {}

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
            spec.commandLine(), size + " records are too few; give at least " + LEAST);
      }
    }
    Files.createDirectories(out);
    if (against != null) {
      return compare(wanted);
    }
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
    if (PostgresComparison.ROWS.stream().anyMatch(wanted)) {
      outcomes.addAll(postgres(measurement, wanted));
    }
    outcomes.addAll(Footprint.compare(held(), wanted, it -> System.out.print(Table.line(it))));
    System.out.println();
    if (outcomes.isEmpty()) {
      return noRow();
    }
    write("figures", out.resolve("benchmarks.json"), Json.of(outcomes));
    return complete ? 0 : 1; // a failed row has printed its cause
  }

  private List<Outcome> postgres(Measurement measurement, Predicate<String> wanted) {
    List<Outcome> outcomes = new ArrayList<>();
    try (PostgresComparison postgres = new PostgresComparison(held())) {
      postgres.run(
          measurement,
          wanted,
          outcome -> {
            outcomes.add(outcome);
            System.out.print(Table.line(outcome));
          });
    } catch (Exception e) {
      System.out.println("FAILED: PostgreSQL");
      e.printStackTrace(System.out);
    }
    return outcomes;
  }

  private int compare(Predicate<String> wanted) throws IOException, InterruptedException {
    String before = System.getProperty("databroker.benchmarks.against", "");
    if (before.isEmpty() || !growth.isEmpty() || rounds < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--against works through benchmarks/run, without --growth, with 1 round or more");
    }
    List<List<String>> groups = new ArrayList<>();
    Catalogue.of(held())
        .forEach(it -> groups.add(it.rows().stream().map(Row::name).filter(wanted).toList()));
    groups.add(ServerComparison.ROWS.stream().filter(wanted).toList());
    groups.add(PostgresComparison.ROWS.stream().filter(wanted).toList());
    groups.add(Footprint.ROWS.stream().map(Row::name).filter(wanted).toList());
    groups.removeIf(List::isEmpty);
    if (groups.isEmpty()) {
      return noRow();
    }
    List<String> options = new ArrayList<>(List.of("--records", Integer.toString(held())));
    if (quick) {
      options.add("--quick");
    }
    jvm.forEach(it -> options.add("--jvm=" + it));
    boolean good =
        new Against(options, rounds, out.toAbsolutePath(), System.out)
            .compare(groups, before, System.getProperty("java.class.path"));
    return good ? 0 : 1;
  }

  private int held() {
    return records != null ? records : quick ? 50_000 : 500_000;
  }

  private int noRow() {
    System.err.println("no row name matches " + only);
    return CommandLine.ExitCode.USAGE;
  }

  private static long wantedRows(List<Comparison> comparisons, Predicate<String> wanted) {
    return comparisons.stream()
        .flatMap(it -> it.rows().stream())
        .filter(it -> wanted.test(it.name()))
        .count();
  }

  /** Measures the rows whose cost may depend on the number of records, at several numbers. */
  private static void grow(
      Measurement measurement, List<Integer> growth, Predicate<String> wanted, Path out)
      throws IOException {
    TreeMap<Integer, List<Outcome>> outcomes = new TreeMap<>();
    for (int records : growth) {
      System.out.printf(Locale.ROOT, "%n%,d records%n", records);
      outcomes.put(records, run(measurement, Catalogue.growing(records), wanted, System.out));
    }
    System.out.println();
    for (int records : growth) {
      write(
          "figures",
          out.resolve("growth-" + records + ".json"),
          Json.of(Objects.requireNonNull(outcomes.get(records))));
    }
  }

  private static void write(String what, Path file, String text) throws IOException {
    Files.writeString(file, text);
    System.out.println(what + ": " + file.toAbsolutePath().normalize());
  }

  /** Runs the comparisons that have a wanted row, and prints each row once it is measured. */
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

  /** Runs one comparison; a failure is printed and does not stop the others. */
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
