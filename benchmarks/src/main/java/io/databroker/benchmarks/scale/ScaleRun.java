package io.databroker.benchmarks.scale;

import io.databroker.benchmarks.Measurement;
import io.databroker.benchmarks.Scratch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Command line of the measurement of a large store. */
@Command(
    name = "benchmarks/scale",
    sortOptions = false,
    description = {
      "Fills an off-heap store of each size, ends its JVM without a close, recovers it, closes it,",
      "and opens it again. Prints a table of times, memory and disk by size. Linux only."
    })
public final class ScaleRun implements Callable<Integer> {
  @Option(
      names = "--records",
      paramLabel = "N",
      split = ",",
      defaultValue = "1000000,10000000,50000000",
      description = "Numbers of records, separated by commas; ${DEFAULT-VALUE} if not given.")
  private List<Integer> sizes = List.of();

  @Option(
      names = "--types",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Number of types; ${DEFAULT-VALUE} if not given.")
  private int types;

  @Option(
      names = "--watchers",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Number of feeds, half of them of one type; ${DEFAULT-VALUE} if not given.")
  private int watchers;

  @Option(
      names = "--payload",
      paramLabel = "BYTES",
      defaultValue = "32",
      description = "Size of a payload; ${DEFAULT-VALUE} if not given.")
  private int payload;

  @Option(
      names = "--directory",
      paramLabel = "FOLDER",
      description = "Existing folder for the store; the folder for temporary files if not given.")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      defaultValue = "4g",
      description = "Heap of each JVM, touched at its start; ${DEFAULT-VALUE} if not given.")
  private String heap = "";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Map<String, List<String>> rows = new LinkedHashMap<>();

  /** Runs the command. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ScaleRun()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    for (int size : sizes) {
      try (Scratch store = new Scratch(directory, "scale")) {
        for (ScaleStep.Kind kind : ScaleStep.Kind.values()) {
          step(kind, size, store.directory());
        }
      }
    }
    print();
    return 0;
  }

  /** Runs one step in a JVM of its own and keeps the figures that it prints. */
  private void step(ScaleStep.Kind kind, int records, Path store) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
    command.addAll(Measurement.everyJvm());
    command.addAll(List.of("-Xms" + heap, "-Xmx" + heap));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ScaleStep.class.getName());
    command.add(kind.name());
    command.add(store.toString());
    for (int number : new int[] {records, types, watchers, payload}) {
      command.add(Integer.toString(number));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = lines.readLine()) != null; ) {
        keep(records, line);
      }
    } finally {
      process.destroyForcibly();
    }
    int code = process.waitFor();
    if (code != kind.exitCode) {
      throw new IOException(kind + " of " + records + " records ended with " + code);
    }
  }

  /** Prints a line of a step; a line with a tab is a figure. */
  private void keep(int records, String line) {
    PrintWriter progress = spec.commandLine().getErr();
    progress.printf(Locale.ROOT, "%,d: %s%n", records, line.replace("\t", " = "));
    progress.flush();
    int tab = line.indexOf('\t');
    if (tab > 0) {
      rows.computeIfAbsent(line.substring(0, tab), name -> new ArrayList<>())
          .add(line.substring(tab + 1));
    }
  }

  private void print() {
    PrintWriter out = spec.commandLine().getOut();
    StringBuilder head = new StringBuilder("| records |");
    StringBuilder rule = new StringBuilder("|---|");
    for (int size : sizes) {
      head.append(String.format(Locale.ROOT, " %,d |", size));
      rule.append("--:|");
    }
    out.println(head);
    out.println(rule);
    rows.forEach(
        (name, figures) -> out.println("| " + name + " | " + String.join(" | ", figures) + " |"));
    out.flush();
  }
}
