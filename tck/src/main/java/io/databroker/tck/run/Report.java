package io.databroker.tck.run;

import io.databroker.tck.drawing.Markup;
import io.databroker.tck.run.Outcome.Verdict;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Report of a run, for people and for programs.
 *
 * @param backend the tested backend
 * @param seed the seed of the run
 * @param rules the verdict on each rule
 * @param outcomes the outcome of each test
 */
record Report(String backend, long seed, List<RuleVerdict> rules, List<Outcome> outcomes) {

  /** Largest number of rules that a line names; further ones are counted. */
  private static final int MOST_RULES = 3;

  long count(Verdict verdict) {
    return rules.stream().filter(rule -> rule.verdict() == verdict).count();
  }

  /**
   * Returns the exit code: 0 if all tested rules passed, 1 if a rule failed or none was tested, 3
   * if a rule has no verdict.
   */
  int exitCode() {
    if (count(Verdict.FAIL) > 0 || count(Verdict.PASS) + count(Verdict.INCONCLUSIVE) == 0) {
      return 1;
    }
    return count(Verdict.INCONCLUSIVE) > 0 ? 3 : 0;
  }

  /** Returns the verdicts other than PASS with their reasons, and the totals. */
  String summary() {
    StringBuilder text = new StringBuilder();
    Set<String> told = new HashSet<>();
    for (Verdict verdict :
        List.of(Verdict.NOT_RUN, Verdict.SKIPPED, Verdict.INCONCLUSIVE, Verdict.FAIL)) {
      for (RuleVerdict rule : rules) {
        if (rule.verdict() == verdict) {
          text.append(label(verdict))
              .append(' ')
              .append(rule.rule().number())
              .append(": ")
              .append(verdict == Verdict.FAIL ? failures(rule, told) : rule.reason())
              .append('\n');
        }
      }
    }
    text.append(Texts.format("%d passed, %d failed", count(Verdict.PASS), count(Verdict.FAIL)));
    addCount(text, Verdict.INCONCLUSIVE, "inconclusive");
    addCount(text, Verdict.SKIPPED, "skipped");
    addCount(text, Verdict.NOT_RUN, "not run");
    return text.append('\n').toString();
  }

  private void addCount(StringBuilder text, Verdict verdict, String words) {
    if (count(verdict) > 0) {
      text.append(", ").append(count(verdict)).append(' ').append(words);
    }
  }

  /** Returns the notes, once for each test. */
  private static String failures(RuleVerdict rule, Set<String> told) {
    return rule.outcomes().stream()
        .filter(outcome -> outcome.verdict() == Verdict.FAIL)
        .map(
            outcome -> {
              String test = outcome.name();
              return told.add(test)
                  ? Texts.format("%s%n%s", test, outcome.reason().strip().indent(2))
                  : test + ", shown above\n";
            })
        .collect(Collectors.joining("\n"));
  }

  static String label(Verdict verdict) {
    return verdict == Verdict.NOT_RUN ? "NOT RUN" : verdict.name();
  }

  /** Writes report.txt, report.json and report.xml. */
  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    String heading = Texts.format("Backend %s, seed %d%n%n", backend, seed);
    String tests =
        outcomes.stream().map(Report::testLine).collect(Collectors.joining("\n", "", "\n\n"));
    Files.writeString(directory.resolve("report.txt"), heading + tests + summary() + traces());
    Files.writeString(directory.resolve("report.json"), json());
    Files.writeString(directory.resolve("report.xml"), xml());
  }

  /** Returns the stack traces of the failures, for the backend's author. */
  private String traces() {
    return outcomes.stream()
        .filter(outcome -> !outcome.trace().isEmpty())
        .map(outcome -> "\nStack traces of " + outcome.name() + ":\n" + outcome.trace())
        .collect(Collectors.joining());
  }

  /** Returns the line about a test. */
  static String testLine(Outcome outcome) {
    return Texts.format(
        "%-12s %-28s %s (%.1f s)%s",
        label(outcome.verdict()),
        shortened(outcome.rules()),
        outcome.name(),
        outcome.took().toMillis() / 1000.0,
        outcome.notes().isEmpty() ? "" : " " + String.join("; ", outcome.notes()));
  }

  private static String shortened(List<String> rules) {
    return rules.size() <= MOST_RULES
        ? String.join(" ", rules)
        : String.join(" ", rules.subList(0, MOST_RULES - 1))
            + " and "
            + (rules.size() - 2)
            + " more";
  }

  private String json() {
    return rules.stream()
        .map(
            rule ->
                Texts.format(
                    "    {\"rule\": %s, \"strength\": %s, \"verdict\": %s, \"reason\": %s, \"tests\": [%s]}",
                    Texts.json(rule.rule().number()),
                    Texts.json(rule.rule().strength()),
                    Texts.json(label(rule.verdict())),
                    Texts.json(rule.reason()),
                    rule.outcomes().stream().map(Report::json).collect(Collectors.joining(", "))))
        .collect(
            Collectors.joining(
                ",\n",
                Texts.format(
                    "{\n  \"backend\": %s,\n  \"seed\": %d,\n  \"passed\": %d,\n  \"failed\": %d,\n  \"rules\": [\n",
                    Texts.json(backend), seed, count(Verdict.PASS), count(Verdict.FAIL)),
                "\n  ]\n}\n"));
  }

  private static String json(Outcome outcome) {
    return Texts.format(
        "{\"test\": %s, \"verdict\": %s, \"millis\": %d, \"notes\": %s, \"trace\": %s}",
        Texts.json(outcome.name()),
        Texts.json(label(outcome.verdict())),
        outcome.took().toMillis(),
        Texts.json(String.join("; ", outcome.notes())),
        Texts.json(outcome.trace()));
  }

  private String xml() {
    long failed = tests(Verdict.FAIL);
    Markup text = new Markup();
    text.open(
            "testsuite",
            "name",
            "databroker-tck " + backend,
            "tests",
            outcomes.size(),
            "failures",
            failed,
            "errors",
            0,
            "skipped",
            outcomes.size() - failed - tests(Verdict.PASS))
        .line();
    for (Outcome outcome : outcomes) {
      String name = String.join(" ", outcome.rules()) + " " + outcome.test();
      String seconds = Texts.format("%.3f", outcome.took().toMillis() / 1000.0);
      text.open("testcase", "classname", outcome.chapter(), "name", name, "time", seconds);
      if (outcome.verdict() == Verdict.FAIL) {
        text.element("failure", outcome.reason() + "\n" + outcome.trace());
      } else if (outcome.verdict() != Verdict.PASS) {
        text.single("skipped", "message", outcome.reason());
      }
      text.close().line();
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text.close().line();
  }

  private long tests(Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
  }
}
