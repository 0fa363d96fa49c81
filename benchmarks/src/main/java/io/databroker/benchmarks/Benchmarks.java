package io.databroker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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
      return grow(measurement, wanted);
    }
    Run run = new Run(measurement, wanted, System.out);
    run.compare(Catalogue.of(held()));
    run.part(ServerComparison.ROWS, ServerComparison::measure);
    run.part(PutsToWatchers.ROWS, PutsToWatchers::measure);
    run.part(
        PostgresComparison.ROWS,
        (measured, rows, told) -> {
          try (PostgresComparison postgres = new PostgresComparison(held())) {
            postgres.run(measured, rows, told);
          }
        });
    run.part(
        Footprint.ROWS.stream().map(Row::name).toList(),
        (measured, rows, told) -> Footprint.compare(held(), rows, told));
    System.out.println();
    if (run.isEmpty()) {
      return noRow();
    }
    write("figures", out.resolve("benchmarks.json"), Json.of(run.outcomes()));
    return run.end();
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
    groups.add(PutsToWatchers.ROWS.stream().filter(wanted).toList());
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

  /** Measures the rows whose cost may depend on the number of records, at several numbers. */
  private int grow(Measurement measurement, Predicate<String> wanted) throws IOException {
    TreeMap<Integer, Run> runs = new TreeMap<>();
    for (int size : growth) {
      System.out.printf(Locale.ROOT, "%n%,d records%n", size);
      Run run = new Run(measurement, wanted, System.out);
      run.compare(Catalogue.growing(size));
      if (run.isEmpty()) {
        return noRow();
      }
      runs.put(size, run);
    }
    System.out.println();
    int code = 0;
    for (Map.Entry<Integer, Run> run : runs.entrySet()) {
      Path file = out.resolve("growth-" + run.getKey() + ".json");
      write("figures", file, Json.of(run.getValue().outcomes()));
      code = Math.max(code, run.getValue().end());
    }
    return code;
  }

  private static void write(String what, Path file, String text) throws IOException {
    Files.writeString(file, text);
    System.out.println(what + ": " + file.toAbsolutePath().normalize());
  }
}
