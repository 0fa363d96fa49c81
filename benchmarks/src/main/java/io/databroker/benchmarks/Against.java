package io.databroker.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Compares two commits. Each commit measures itself with its own harness, in its own process. The
 * two take turns, one group of rows at a time, so that both run under the same conditions.
 */
final class Against {
  private final List<String> options;
  private final int rounds;
  private final Path out;
  private final PrintStream print;

  /**
   * @param options the options that both runs get
   * @param rounds how many turns each commit has
   * @param out the folder for figures and logs
   */
  Against(List<String> options, int rounds, Path out, PrintStream print) {
    this.options = options;
    this.rounds = rounds;
    this.out = out;
    this.print = print;
  }

  /**
   * Measures the groups and prints a line for each row.
   *
   * @param groups names of rows that are measured together
   * @param before the class path of the other commit
   * @param now the class path of this one
   * @return whether each row was measured and none has become worse
   */
  boolean compare(List<List<String>> groups, String before, String now)
      throws IOException, InterruptedException {
    boolean good = true;
    List<String> missing = new ArrayList<>();
    print.print(Change.head());
    for (List<String> group : groups) {
      Map<Figures.Key, Change> changes = new LinkedHashMap<>();
      Set<Figures.Key> seen = new LinkedHashSet<>();
      for (int round = 0; round < rounds; round++) {
        boolean nowFirst = round % 2 == 1;
        Map<Figures.Key, Figures> first =
            turn(nowFirst ? "now" : "before", nowFirst ? now : before, group);
        Map<Figures.Key, Figures> second =
            turn(nowFirst ? "before" : "now", nowFirst ? before : now, group);
        Map<Figures.Key, Figures> old = nowFirst ? second : first;
        Map<Figures.Key, Figures> current = nowFirst ? first : second;
        seen.addAll(old.keySet());
        seen.addAll(current.keySet());
        for (Figures.Key key : current.keySet()) {
          Figures earlier = old.get(key);
          Figures later = current.get(key);
          if (earlier != null && later != null) {
            changes.computeIfAbsent(key, Change::new).add(earlier, later);
          }
        }
      }
      for (Figures.Key key : seen) {
        Change change = changes.get(key);
        if (change == null) {
          missing.add(key.toString());
        } else {
          print.print(change.line());
          good &= !change.isWorse();
        }
      }
      if (seen.isEmpty()) {
        missing.addAll(group);
      }
    }
    for (String row : missing) {
      print.println("not measured on both sides: " + row + "; see " + out + "/against-*.log");
    }
    return good && missing.isEmpty();
  }

  private Map<Figures.Key, Figures> turn(String side, String classPath, List<String> group)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(out.resolve("against-" + side));
    Path figures = folder.resolve("benchmarks.json");
    Files.deleteIfExists(figures);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classPath, Benchmarks.class.getName()));
    command.addAll(List.of("--out", folder.toString(), "--only", pattern(group)));
    command.addAll(options);
    new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(out.resolve("against-" + side + ".log").toFile())
        .start()
        .waitFor();
    return Files.exists(figures) ? Figures.read(Files.readString(figures)) : Map.of();
  }

  private static String pattern(List<String> group) {
    return group.stream()
        .distinct()
        .map(Pattern::quote)
        .collect(Collectors.joining("|", "^(", ")$"));
  }
}
