package io.databroker.tck.run;

import io.databroker.tck.run.Outcome.Verdict;
import java.util.List;
import java.util.Set;

/**
 * Joint verdict of all tests of a rule.
 *
 * @param rule the rule
 * @param verdict the worst verdict of a test; skipped or not run only if no test ran
 * @param reason the reason, unless the rule passed
 * @param outcomes the outcomes of its tests
 */
record RuleVerdict(Catalogue.Entry rule, Verdict verdict, String reason, List<Outcome> outcomes) {

  /**
   * Returns the verdicts of these rules, in their order.
   *
   * @param notRun the reason why tests were left out, or an empty text
   */
  static List<RuleVerdict> of(Set<String> rules, List<Outcome> outcomes, String notRun) {
    return Catalogue.rules().values().stream()
        .filter(rule -> rules.contains(rule.number()))
        .map(rule -> of(rule, outcomes, notRun))
        .toList();
  }

  private static RuleVerdict of(Catalogue.Entry rule, List<Outcome> all, String notRun) {
    List<Outcome> outcomes = all.stream().filter(o -> o.rules().contains(rule.number())).toList();
    for (Verdict verdict :
        List.of(Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.SKIPPED)) {
      for (Outcome outcome : outcomes) {
        if (outcome.verdict() == verdict) {
          return new RuleVerdict(
              rule, verdict, verdict == Verdict.PASS ? "" : outcome.reason(), outcomes);
        }
      }
    }
    String told =
        outcomes.stream().map(Outcome::reason).findFirst().orElse("no test of it was run");
    String otherwise = notRun.isEmpty() ? told : notRun;
    String reason = rule.whyNot().isEmpty() ? otherwise : rule.whyNot();
    return new RuleVerdict(rule, Verdict.NOT_RUN, reason, outcomes);
  }
}
