package io.databroker.benchmarks;

import io.databroker.server.Databroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures the time from the call of a put until each of its watchers has the change, on our server
 * and on one that only relays puts, which take turns. The client has a core, and the servers have
 * another one: where they share their cores, a thread that wakes up waits for a time slice of
 * another, and a high quantile shows only that.
 */
public final class PutsToWatchers {
  private static final String P99 = "server put to its watchers, p99";
  private static final String MEDIAN = "server put to its watchers, median";
  private static final String ONE = ", 1 watcher";
  private static final String TEN = ", 10 watchers";

  /** Names of all rows. */
  static final List<String> ROWS = List.of(P99 + ONE, MEDIAN + ONE, P99 + TEN, MEDIAN + TEN);

  private static final String RELAY = "a server that only relays puts";
  private static final double MOST_NANOS = 1_000_000;
  private static final int WARMING_PUTS = 20_000;
  private static final int PUTS_OF_A_TURN = 1_000;
  private static final String ANY_CORE = "any";
  private static final Pattern CORES =
      Pattern.compile("Cpus_allowed_list:\\s*(\\d+)\\b.*?(\\d+)$", Pattern.MULTILINE);

  private PutsToWatchers() {}

  /** Measures the wanted rows; those with the same watchers come from the same puts. */
  static void measure(Measurement measurement, Predicate<String> wanted, Consumer<Outcome> told)
      throws IOException, InterruptedException {
    List<String> cores = cores();
    String unit = cores.contains(ANY_CORE) ? "put, cores shared" : "put";
    for (String watchers : List.of(ONE, TEN)) {
      Row slow = Row.of(P99 + watchers, RELAY, unit, 1, Target.nanos(MOST_NANOS));
      Row usual = Row.of(MEDIAN + watchers, RELAY, unit, 3, Target.none(Target.Measure.NANOS));
      List<Row> rows = List.of(slow, usual.ours(2));
      if (rows.stream().anyMatch(it -> wanted.test(it.name()))) {
        double[][] nanos = client(measurement, watchers.equals(ONE) ? 1 : 10, cores);
        rows.stream()
            .filter(it -> wanted.test(it.name()))
            .forEach(it -> told.accept(Outcome.of(it, nanos, new double[nanos.length][0])));
      }
    }
  }

  /** Returns the cores of client and servers, unless there is one core only, or no taskset. */
  private static List<String> cores() throws InterruptedException {
    try {
      Matcher cores = CORES.matcher(Files.readString(Path.of("/proc/self/status")));
      if (cores.find()
          && new ProcessBuilder("taskset", "-c", cores.group(1), "true").start().waitFor() == 0) {
        return List.of(cores.group(1), cores.group(2));
      }
    } catch (IOException e) {
      // No Linux, or no taskset.
    }
    return List.of(ANY_CORE, ANY_CORE);
  }

  private static List<String> pinned(String core) {
    return core.equals(ANY_CORE) ? List.of() : List.of("taskset", "-c", core);
  }

  /** Runs a client; returns our quantiles, those of the other, and the medians likewise. */
  private static double[][] client(Measurement measurement, int watchers, List<String> cores)
      throws IOException, InterruptedException {
    int turns = measurement.forks() * measurement.pairs();
    List<String> command =
        ServerProcess.command(
            pinned(cores.get(0)),
            PutsToWatchers.class,
            Integer.toString(watchers),
            Integer.toString(turns),
            cores.get(1));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    double[][] nanos = new double[4][turns];
    try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
      for (int i = 0; i < 2 * turns; i++) {
        String line = said.readLine();
        if (line == null) {
          throw new IOException("the client ended early");
        }
        String[] figures = line.split(" ", 2);
        nanos[i % 2][i / 2] = Double.parseDouble(figures[0]);
        nanos[2 + i % 2][i / 2] = Double.parseDouble(figures[1]);
      }
    }
    process.waitFor(); // it stops the servers
    return nanos;
  }

  /**
   * Prints the quantile and the median of each turn; our turns and those of the other alternate.
   *
   * @param arguments the number of watchers, the number of turns of each server, and the core of
   *     the servers
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int watchers = Integer.parseInt(arguments[0]);
    int turns = Integer.parseInt(arguments[1]);
    List<String> core = pinned(arguments[2]);
    try (ServerProcess ours =
            new ServerProcess(core, Databroker.class, "serve", "--listen", "127.0.0.1:0");
        ServerProcess other = new ServerProcess(core, RelayServer.class)) {
      List<PacedPuts> servers =
          List.of(
              new PacedPuts(ours.blocking(), ours.watching(), watchers),
              new PacedPuts(other.blocking(), other.watching(), watchers));
      for (PacedPuts server : servers) {
        server.times(WARMING_PUTS, PacedPuts.MICROS / 4); // slow enough that threads sleep and wake
      }
      for (int turn = 0; turn < turns; turn++) {
        for (PacedPuts server : servers) {
          double[] times = server.times(PUTS_OF_A_TURN, PacedPuts.MICROS);
          System.out.println(Outcome.quantile(times, 0.99) + " " + Outcome.quantile(times, 0.5));
        }
      }
    }
  }
}
