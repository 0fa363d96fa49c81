package io.databroker.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Measures the memory of the records of a store, without history, in a separate JVM: bytes of heap,
 * and other bytes, which are the private memory of the process plus the blocks of its files. Pages
 * of files in the page cache are not counted again. Linux only.
 */
public final class Footprint {
  /** Bytes per record. */
  private record Bytes(double heap, double beside) {}

  private static final Target FOR_INFORMATION = Target.none(Target.Measure.BYTES);
  private static final Row IN_MEMORY =
      row("heap of in-memory records", "two ConcurrentHashMaps of byte[]");
  private static final Row HEAP = row("heap of off-heap records", "in-memory backend");
  private static final Row BESIDE =
      row("memory and disk of off-heap records", "raw Chronicle Map in a file");

  /** All rows. */
  static final List<Row> ROWS = List.of(IN_MEMORY, HEAP, BESIDE);

  private final int records;
  private final Map<String, Bytes> measured = new HashMap<>();

  private Footprint(int records) {
    this.records = records;
  }

  private static Row row(String name, String reference) {
    return Row.of(name, reference, "record, bytes", 1, FOR_INFORMATION);
  }

  /**
   * Prints the bytes of heap per record, then the other bytes.
   *
   * @param arguments the name of the store, the number of records, and the directory of its files
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int records = Integer.parseInt(arguments[1]);
    Workload workload = new Workload(records);
    // The first run makes the JVM's own allocations.
    try (Store store = Stores.open(arguments[0], records)) {
      load(store, workload);
    }
    long beside = processMemory();
    try (Store store = Stores.open(arguments[0], records)) {
      long heap = heap();
      load(store, workload);
      heap = heap() - heap;
      beside = processMemory() + onDisk(arguments[2]) - beside;
      System.out.println((double) heap / records);
      System.out.println((double) beside / records);
    }
  }

  private static void load(Store store, Workload workload) {
    for (int from = 0; from < workload.size; from += Workload.BATCH) {
      store.put(workload.putBatch(from, Math.min(Workload.BATCH, workload.size - from)));
    }
    store.forgetChanges();
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /**
   * Returns the private memory of this process, including the whole heap, which is committed at the
   * start.
   */
  public static long processMemory() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("RssAnon:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException("no RssAnon in /proc/self/status");
  }

  /** Returns the bytes of the blocks of all files in a directory. */
  public static long onDisk(String directory) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("du", "-sk", directory).start();
    try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
      String line = said.readLine();
      if (process.waitFor() != 0 || line == null) {
        throw new IOException("du failed");
      }
      return Long.parseLong(line.split("\\s", 2)[0]) << 10;
    }
  }

  /** Measures the wanted rows and reports each once it is known. */
  static void compare(int records, Predicate<String> wanted, Consumer<Outcome> tell)
      throws IOException {
    Footprint footprint = new Footprint(records);
    for (Row row : ROWS) {
      if (wanted.test(row.name())) {
        tell.accept(footprint.outcome(row));
      }
    }
  }

  private Outcome outcome(Row row) throws IOException {
    double ours;
    double other;
    if (row.equals(BESIDE)) {
      ours = bytes(Stores.OFF_HEAP).beside();
      other = bytes(Stores.CHRONICLE).beside();
    } else if (row.equals(HEAP)) {
      ours = bytes(Stores.OFF_HEAP).heap();
      other = bytes(Stores.IN_MEMORY).heap();
    } else {
      ours = bytes(Stores.IN_MEMORY).heap();
      other = bytes(Stores.MAPS).heap();
    }
    return Outcome.of(row, new double[][] {{ours}, {other}}, new double[2][0]);
  }

  private Bytes bytes(String store) throws IOException {
    Bytes known = measured.get(store);
    if (known == null) {
      known = measure(store);
      measured.put(store, known);
    }
    return known;
  }

  private Bytes measure(String store) throws IOException {
    try (Scratch scratch = new Scratch("footprint")) {
      List<String> command =
          new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
      command.addAll(Measurement.everyJvm());
      command.addAll(
          List.of(
              "-XX:+AlwaysPreTouch",
              "-Djava.io.tmpdir=" + scratch.directory,
              "-cp",
              System.getProperty("java.class.path"),
              Footprint.class.getName(),
              store,
              Integer.toString(records),
              scratch.directory.toString()));
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
        String heap = said.readLine();
        String beside = said.readLine();
        if (heap == null || beside == null) {
          throw new IOException("no figure for " + store);
        }
        Bytes bytes = new Bytes(Double.parseDouble(heap), Double.parseDouble(beside));
        process.waitFor(); // the process deletes its files
        return bytes;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }
}
