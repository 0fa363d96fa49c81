package io.databroker.benchmarks.steady;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The run of one backend: load by one thread, a sample each second by another. */
final class SteadyRun {
  private static final int SECONDS_BETWEEN_COLLECTIONS = 60;

  private final String name;
  private final WatchedServer server;
  private final DoubleSupplier databaseBytes;
  private final Map<Measure, List<Double>> samples = new EnumMap<>(Measure.class);

  /**
   * Prepares a run.
   *
   * @param databaseBytes returns the size of the database; NaN if there is none
   */
  SteadyRun(String name, WatchedServer server, DoubleSupplier databaseBytes) {
    this.name = name;
    this.server = server;
    this.databaseBytes = databaseBytes;
    Stream.of(Measure.values()).forEach(measure -> samples.put(measure, new ArrayList<>()));
  }

  /**
   * Puts load on the server for that long, and writes {@code NAME.csv} and {@code NAME.svg}.
   *
   * @return the report, a table of the measures
   */
  Report run(int seconds, double rate, Path folder) throws IOException, InterruptedException {
    MixedLoad load = new MixedLoad(server, name.hashCode());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Thread loading = new Thread(() -> load.run(rate, end), "load on " + name);
    loading.start();
    try (BufferedWriter csv = Files.newBufferedWriter(folder.resolve(name + ".csv"))) {
      csv.write("second," + columns() + "\n");
      sampleUntil(end, csv);
    }
    loading.join();
    load.close();
    Map<Measure, List<Double>> shown = new EnumMap<>(samples);
    shown.values().removeIf(values -> values.stream().allMatch(v -> Double.isNaN(v)));
    Files.writeString(
        folder.resolve(name + ".svg"),
        Chart.svg(name + ", " + seconds + " s, " + Math.round(rate) + " calls a second", shown));
    return new Report(load, shown);
  }

  private static String columns() {
    return Stream.of(Measure.values()).map(Measure::column).collect(Collectors.joining(","));
  }

  private void sampleUntil(long end, BufferedWriter csv) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    long second = 0;
    long collected = 0;
    while (System.nanoTime() - end < 0) {
      // Seconds that a slow machine has missed are left out.
      second = Math.max(second, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)) + 1;
      long next = begin + TimeUnit.SECONDS.toNanos(second);
      while (next - System.nanoTime() > 0) {
        LockSupport.parkNanos(next - System.nanoTime());
      }
      if (second - collected >= SECONDS_BETWEEN_COLLECTIONS) {
        collected = second;
        server.collect();
      }
      String scrape = server.scrape();
      if (!Double.isNaN(databaseBytes.getAsDouble())) {
        scrape += "database_size_bytes " + databaseBytes.getAsDouble() + "\n";
      }
      StringBuilder row = new StringBuilder().append(second);
      for (Map.Entry<Measure, List<Double>> each : samples.entrySet()) {
        double value = each.getKey().in(scrape);
        each.getValue().add(value);
        row.append(Double.isNaN(value) ? "," : String.format(Locale.ROOT, ",%.3f", value));
      }
      csv.write(row.append('\n').toString());
      csv.flush();
    }
  }

  /** Outcome of a run. */
  record Report(MixedLoad load, Map<Measure, List<Double>> samples) {
    List<Trend> trends() {
      return samples.entrySet().stream()
          .map(each -> Trend.of(each.getKey(), each.getValue()))
          .filter(trend -> !trend.isAbsent())
          .toList();
    }

    /** Returns whether every bounded measure stayed within its bound and almost no call failed. */
    boolean isSteady() {
      return trends().stream().noneMatch(Trend::isGrowing) && load.failures() * 100 <= load.calls();
    }
  }
}
