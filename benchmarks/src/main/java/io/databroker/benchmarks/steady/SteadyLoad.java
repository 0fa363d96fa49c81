package io.databroker.benchmarks.steady;

import io.databroker.benchmarks.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleSupplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command line of a long run: load on a server of each backend at the same time. */
@Command(
    name = "benchmarks/steady",
    sortOptions = false,
    description = {
      "Puts a mixed load on a packaged server of each backend at the same time, and reads their",
      "metrics each second. Writes a CSV and a chart of each, and prints which measures grew.",
      "Exit code 1 if one did, or if more than one call in a hundred failed."
    })
public final class SteadyLoad implements Callable<Integer> {
  @Parameters(hidden = true)
  private Path launcher = Path.of("databroker");

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "1800",
      description = "Duration of the load; ${DEFAULT-VALUE} if not given.")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "200",
      description = "Calls a second on each server; ${DEFAULT-VALUE} if not given.")
  private double rate;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "Only this backend: inmemory, offheap or postgres; may be repeated.")
  private List<String> backends = List.of("inmemory", "offheap", "postgres");

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "benchmarks/target/steady",
      description = "Folder for the results; ${DEFAULT-VALUE} if not given.")
  private Path out = Path.of("benchmarks", "target", "steady");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  /** Runs the command. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SteadyLoad()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(out);
    ExecutorService runs = Executors.newFixedThreadPool(backends.size());
    Map<String, Future<SteadyRun.Report>> reports = new LinkedHashMap<>();
    try {
      for (String backend : backends) {
        reports.put(backend, runs.submit(() -> run(backend)));
      }
      boolean steady = true;
      for (Map.Entry<String, Future<SteadyRun.Report>> each : reports.entrySet()) {
        SteadyRun.Report report = each.getValue().get();
        print(each.getKey(), report);
        steady &= report.isSteady();
      }
      System.out.println("charts and samples: " + out.toAbsolutePath().normalize());
      return steady ? 0 : 1;
    } finally {
      runs.shutdownNow();
    }
  }

  private SteadyRun.Report run(String backend) throws Exception {
    if (!backend.equals("postgres")) {
      return run(backend, settings(backend), () -> Double.NaN);
    }
    try (PostgresServer database = new PostgresServer()) {
      return run(backend, List.of("--set", "url=" + database.url()), database::bytes);
    }
  }

  private List<String> settings(String backend) {
    Path directory = out.resolve(backend + "-store").toAbsolutePath();
    return backend.equals("offheap") ? List.of("--set", "directory=" + directory) : List.of();
  }

  private SteadyRun.Report run(String backend, List<String> settings, DoubleSupplier bytes)
      throws Exception {
    List<String> options = new ArrayList<>(List.of("--backend", backend));
    options.addAll(List.of("--history", "2m", "--housekeeping", "10s"));
    options.addAll(settings);
    Path log = out.resolve(backend + ".log");
    try (WatchedServer server = new WatchedServer(launcher.toAbsolutePath(), options, log)) {
      SteadyRun.Report report = new SteadyRun(backend, server, bytes).run(seconds, rate, out);
      int code = server.stop();
      if (code != 0) {
        throw new IllegalStateException("the server ended with " + code + "; see " + log);
      }
      return report;
    }
  }

  private static void print(String backend, SteadyRun.Report report) {
    System.out.println();
    System.out.printf(
        Locale.ROOT,
        "%s: %,d calls, %,d failed (the last one: %s)%n%n",
        backend,
        report.load().calls(),
        report.load().failures(),
        report.load().lastFailure());
    System.out.println("| measure | second fifth, median | last fifth, median | |");
    System.out.println("|---|--:|--:|---|");
    report.trends().forEach(System.out::println);
  }
}
