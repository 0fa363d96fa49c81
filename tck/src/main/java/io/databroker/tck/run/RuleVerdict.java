package io.databroker.tck.run;

import io.databroker.tck.run.Outcome.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Joint verdict of all tests of a rule.
 *
 * @param number the rule's number
 * @param verdict the worst verdict of a test; skipped or not run only if no test ran
 * @param reason the reason, unless the rule passed
 * @param outcomes the outcomes of its tests
 */
record RuleVerdict(String number, Verdict verdict, String reason, List<Outcome> outcomes) {

  /**
   * Returns the verdicts of these rules, in their order.
   *
   * @param notRun the reason why tests were left out, or an empty text
   */
  static List<RuleVerdict> of(Set<String> rules, List<Outcome> outcomes, String notRun) {
    List<RuleVerdict> verdicts = new ArrayList<>();
    for (Catalogue.Entry rule : Catalogue.rules().values()) {
      if (rules.contains(rule.number())) {
        verdicts.add(
            of(
                rule,
                outcomes.stream().filter(o -> o.rules().contains(rule.number())).toList(),
                notRun));
      }
    }
    return verdicts;
  }

  private static RuleVerdict of(Catalogue.Entry rule, List<Outcome> outcomes, String notRun) {
    for (Verdict verdict :
        List.of(Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.SKIPPED)) {
      for (Outcome outcome : outcomes) {
        if (outcome.verdict() == verdict) {
          return new RuleVerdict(
              rule.number(), verdict, verdict == Verdict.PASS ? "" : outcome.reason(), outcomes);
        }
      }
    }
    String told =
        outcomes.stream().map(Outcome::reason).findFirst().orElse("no test of it was run");
    String otherwise = notRun.isEmpty() ? told : notRun;
    String reason = rule.whyNot().isEmpty() ? otherwise : rule.whyNot();
    return new RuleVerdict(rule.number(), Verdict.NOT_RUN, reason, outcomes);
  }
}
