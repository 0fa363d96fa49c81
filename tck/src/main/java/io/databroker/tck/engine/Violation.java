package io.databroker.tck.engine;

import io.databroker.tck.contract.Contract;
import io.databroker.tck.contract.Hints;
import io.databroker.tck.history.Diagnosis;
import io.databroker.tck.history.Evidence;
import io.databroker.tck.history.Verdict;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;

/**
 * A rule is broken. The message names the rule, the observation, and the command that shows it
 * again.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class Violation extends AssertionFailedError {
  private static final long serialVersionUID = 1L;

  /** The rules that the counterexample breaks, the main one first; often unknown. */
  @SuppressWarnings("serial") // an unmodifiable list of texts
  private List<String> found = List.of();

  /** Name of the file with the recording, or an empty text. */
  private String saved = "";

  private Violation(String report) {
    super(report);
  }

  private Violation(String report, AssertionFailedError failure) {
    super(report, failure.getExpected(), failure.getActual(), failure);
  }

  private Violation(String report, Throwable failure) {
    super(report, failure);
  }

  /** Returns the failure of a test as a violation of its rules. */
  public static Violation of(Tuning tuning, String test, Throwable failure) {
    String rule = tuning.again().rules().get(0);
    String seen = Objects.toString(failure.getMessage(), failure.toString());
    if (!(failure instanceof AssertionError)) {
      seen = failure.toString();
    }
    String report =
        report(rule, tuning.again(), tuning.seed(), "Seen: " + seen + '\n' + line(failure, test));
    Violation violation =
        failure instanceof AssertionFailedError assertion
                && assertion.isExpectedDefined()
                && assertion.isActualDefined()
            ? new Violation(report, assertion)
            : new Violation(report, failure);
    violation.setStackTrace(failure.getStackTrace());
    return violation;
  }

  /** Returns the line of the kit's source at which the test failed. */
  private static String line(Throwable failure, String test) {
    for (StackTraceElement frame : failure.getStackTrace()) {
      if (frame.getMethodName().equals(test)) {
        return Texts.format("At %s:%d%n", frame.getFileName(), frame.getLineNumber());
      }
    }
    return "";
  }

  /**
   * Creates the violation that a round of a workload showed.
   *
   * @param evidence the recording, which is saved
   * @param verdict the verdict on the recording
   */
  public static Violation of(
      String rule,
      String workload,
      Tuning tuning,
      int round,
      Duration after,
      Evidence evidence,
      Verdict.Violated verdict) {
    Saved saved = Saved.of(rule, tuning, evidence);
    String seen =
        Texts.format(
            "Seen in round %d of \"%s\", after %d ms, seed %d.%n%s%s",
            round,
            workload,
            after.toMillis(),
            tuning.seed(),
            saved.words(),
            Diagnosis.of(evidence, verdict, TestFields.FIRST));
    return new Violation(
            report(rule, tuning.again(), tuning.seed(), seen)
                + "The seed fixes the calls of the clients, not the interleaving of their threads:"
                + " it may take more rounds, or fewer.\n")
        .saved(saved);
  }

  public static Violation of(String rule, Tuning tuning, String seen) {
    return new Violation(report(rule, tuning.again(), tuning.seed(), seen + '\n'));
  }

  /**
   * Creates the violation of the rule that a counterexample breaks, whichever test met it.
   *
   * @param seen the observation, in whole lines
   */
  public static Violation found(
      String rule, Tuning tuning, String seen, @Nullable Throwable cause) {
    return found(List.of(rule), tuning, seen, cause);
  }

  /** Creates the violation of several rules, the main one first. */
  public static Violation found(
      List<String> rules, Tuning tuning, String seen, @Nullable Throwable cause) {
    String rule = rules.get(0);
    Again given = tuning.again();
    Again again =
        given.rules().contains(rule)
            ? new Again(List.of(rule), given.testClass(), given.command())
            : given;
    String also =
        rules.size() == 1
            ? ""
            : "So are " + String.join(", ", rules.subList(1, rules.size())) + ".\n";
    String report = report(rule, again, tuning.seed(), also + seen);
    Violation violation = cause == null ? new Violation(report) : new Violation(report, cause);
    violation.found = List.copyOf(rules);
    return violation;
  }

  /** Sets the file in the folder of the report that holds the recording. */
  public Violation saved(Saved file) {
    saved = file.name();
    return this;
  }

  /** Returns the name of the file with the recording, or an empty text. */
  public String saved() {
    return saved;
  }

  /** Returns the rules that the counterexample breaks; none if they are unknown. */
  public List<String> found() {
    return found;
  }

  /** Returns the report: the rule, the observation, a hint, and the command to see it again. */
  private static String report(String rule, Again again, long seed, String seen) {
    String hint = Hints.of(rule);
    return heading(rule, again)
        + seen
        + (hint.isEmpty() ? "" : "Hint: " + hint + "\n")
        + "Again: "
        + again.command(seed)
        + '\n';
  }

  private static String heading(String rule, Again again) {
    List<String> rules = again.rules();
    if (rules.size() < 2 || !rules.contains(rule)) {
      return Texts.format("%s is broken: %s%n", rule, text(rule));
    }
    return rules.stream()
        .map(each -> Texts.format("%s: %s%n", each, text(each)))
        .collect(
            Collectors.joining(
                "", Texts.format("One of %s is broken:%n", String.join(", ", rules)), ""));
  }

  private static String text(String rule) {
    Contract.Entry entry = Contract.rules().get(rule);
    return entry == null ? "" : entry.text();
  }
}
