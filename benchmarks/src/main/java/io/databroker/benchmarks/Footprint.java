package io.databroker.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The heap that a store's records take, without their history, in a JVM of its own.
 *
 * <p><b>Thread-safety:</b> none; it is a program.
 */
public final class Footprint {
  static final String ROW = "heap of in-memory records";

  private Footprint() {}

  /**
   * Prints the bytes of heap per record.
   *
   * @param arguments the store's name, and the number of records
   */
  public static void main(String[] arguments) {
    int records = Integer.parseInt(arguments[1]);
    Workload workload = new Workload(records);
    try (Store store = Stores.open(arguments[0], records)) {
      long before = used();
      for (int from = 0; from < records; from += Workload.BATCH) {
        store.put(workload.putBatch(from, Math.min(Workload.BATCH, records - from)));
      }
      store.forgetChanges();
      System.out.println((double) (used() - before) / records);
    }
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Ours beside the two maps. */
  static Outcome compare(int records) throws IOException {
    double[][] bytes = {{measure(Stores.IN_MEMORY, records)}, {measure(Stores.MAPS, records)}};
    Row row =
        Row.of(
            ROW,
            "two ConcurrentHashMaps of byte[]",
            "record, bytes",
            1,
            Target.none(Target.Measure.BYTES));
    return Outcome.of(row, bytes, new double[2][0]);
  }

  private static double measure(String store, int records) throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElse("java"),
                    "-Xmx4g",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Footprint.class.getName(),
                    store,
                    Integer.toString(records)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
      String line = said.readLine();
      if (line == null) {
        throw new IOException("no figure for " + store);
      }
      return Double.parseDouble(line);
    }
  }
}
