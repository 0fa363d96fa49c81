package io.databroker.tck.run;

import io.databroker.tck.child.Words;
import io.databroker.tck.run.Outcome.Verdict;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/**
 * The last run with a report in a folder, kept for {@code --rules failed}.
 *
 * @param backend the name of the backend
 * @param seed the seed
 * @param tests the tests that were chosen, each as chapter and name
 * @param failed the failed tests; a name that belongs to no test stands for the first open
 */
record LastRun(String backend, long seed, Set<String> tests, Set<String> failed) {
  private static final String FILE = "last-run.properties";

  static LastRun of(String backend, long seed, Set<String> tests, List<Outcome> outcomes) {
    Set<String> failed = new LinkedHashSet<>();
    outcomes.stream()
        .filter(outcome -> outcome.verdict() == Verdict.FAIL)
        .forEach(outcome -> failed.add(outcome.name()));
    return new LastRun(backend, seed, tests, failed);
  }

  void write(Path report) throws IOException {
    Properties lines = new Properties();
    lines.setProperty("backend", backend);
    lines.setProperty("seed", Long.toString(seed));
    lines.setProperty("tests", Words.line(List.copyOf(tests)));
    lines.setProperty("failed", Words.line(List.copyOf(failed)));
    try (Writer out = Files.newBufferedWriter(report.resolve(FILE))) {
      lines.store(out, "Read by --rules failed");
    }
  }

  /**
   * Reads the last run of a backend.
   *
   * @throws UsageException if the folder holds none, one of another backend, or one without
   *     failures
   */
  static LastRun read(Path report, String backend) {
    Path file = report.resolve(FILE);
    Properties lines = new Properties();
    LastRun last;
    try (Reader in = Files.newBufferedReader(file)) {
      lines.load(in);
      last =
          new LastRun(
              lines.getProperty("backend", ""),
              Long.parseLong(lines.getProperty("seed", "")),
              new LinkedHashSet<>(Words.of(lines.getProperty("tests", ""))),
              new LinkedHashSet<>(Words.of(lines.getProperty("failed", ""))));
    } catch (IOException e) {
      throw refused("%s holds no earlier run (%s)", report, ReportFolder.why(e));
    } catch (IllegalArgumentException e) {
      throw refused("%s is damaged; run all rules", file, "");
    }
    if (!last.backend().equals(backend)) {
      throw refused("the last run in %s was of the backend %s", report, last.backend());
    }
    if (last.failed().isEmpty()) {
      throw refused("nothing failed in the last run in %s", report, "");
    }
    return last;
  }

  private static UsageException refused(String words, Path where, String what) {
    return new UsageException("--rules failed: " + Texts.format(words, where, what));
  }

  /** Returns the tests to run again: those that failed, or all if the first open failed. */
  Set<String> again() {
    return tests.containsAll(failed) ? failed : tests;
  }
}
