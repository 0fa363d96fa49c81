package io.databroker.tck;

import io.databroker.tck.history.Diagnosis;
import io.databroker.tck.history.History;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;

/** A history that the contract forbids, told so that one sees why. */
final class Violation extends AssertionFailedError {
  private static final long serialVersionUID = 1L;

  private Violation(String report) {
    super(report);
  }

  static Violation of(
      String rule,
      String workload,
      Tuning tuning,
      int round,
      Duration after,
      @Nullable History history,
      Verdict.Violated verdict) {
    StringBuilder report = new StringBuilder();
    report.append(heading(rule));
    report.append(
        "Seen in round %d of \"%s\", after %d ms, seed %d.%n"
            .formatted(round, workload, after.toMillis(), tuning.seed()));
    if (history != null) {
      save(rule, tuning, history).ifPresent(report::append);
      report.append(Diagnosis.of(history, verdict, TestFields.FIRST));
    } else {
      report.append(verdict.reason()).append('\n');
    }
    report.append(ending(rule, tuning));
    return new Violation(report.toString());
  }

  static Violation of(String rule, Tuning tuning, String seen) {
    return new Violation(heading(rule) + seen + '\n' + ending(rule, tuning));
  }

  private static Optional<String> save(String rule, Tuning tuning, History history) {
    if (tuning.report().isEmpty()) {
      return Optional.empty();
    }
    Path file = tuning.report().get().resolve("history-%s-%d.txt".formatted(rule, tuning.seed()));
    try {
      Files.createDirectories(tuning.report().get());
      HistoryFile.write(file, history);
      return Optional.of("All of it: " + file + " (--recheck judges it again).\n");
    } catch (IOException e) {
      return Optional.of("It could not be saved: " + e + "\n");
    }
  }

  private static String heading(String rule) {
    Contract.Entry entry = Contract.rules().get(rule);
    return entry == null
        ? rule + " is broken.\n"
        : "%s is broken: %s%n".formatted(rule, entry.text());
  }

  private static String ending(String rule, Tuning tuning) {
    String hint = Hints.of(rule);
    return (hint.isEmpty() ? "" : "What to look at: " + hint + "\n")
        + "Again: the same test with -D%s=%d, or --rules %s --seed %d. The seed fixes what the clients do,%n"
            .formatted(Tuning.SEED, tuning.seed(), rule, tuning.seed())
        + "not how their threads meet: it may take more rounds, or fewer.\n";
  }
}
