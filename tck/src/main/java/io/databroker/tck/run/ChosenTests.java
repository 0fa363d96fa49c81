package io.databroker.tck.run;

import io.databroker.tck.contract.Contract;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tests that the command line chose.
 *
 * @param rules the numbers of the judged rules
 * @param tests the tests to run, each as chapter and name
 * @param last the last run, if the command repeats its failures
 */
record ChosenTests(Set<String> rules, Set<String> tests, @Nullable LastRun last) {
  /** Name in the list of rules for the tests that failed in the last run. */
  private static final String FAILED = "failed";

  /**
   * Resolves a list of rules, chapters and {@code failed}.
   *
   * @param names none for all rules
   * @throws UsageException if a name is unknown
   */
  static ChosenTests of(List<String> names, Supplier<LastRun> lastRun) {
    Set<String> rules = new LinkedHashSet<>();
    Set<String> tests = new LinkedHashSet<>();
    List<String> numbers = new ArrayList<>(names);
    boolean again = numbers.removeIf(name -> name.strip().toLowerCase(Locale.ROOT).equals(FAILED));
    LastRun last = again ? lastRun.get() : null;
    if (!numbers.isEmpty()) {
      rules.addAll(numbered(numbers));
    } else if (last == null) {
      rules.addAll(Catalogue.rules().keySet());
    }
    rules.forEach(rule -> tests.addAll(testsOf(rule)));
    if (last != null) {
      for (String test : last.again()) {
        rules.addAll(Catalogue.rulesOf(test));
        tests.add(test);
      }
    }
    return new ChosenTests(rules, tests, last);
  }

  private static List<String> testsOf(String rule) {
    Catalogue.Entry entry = Catalogue.rules().get(rule);
    return entry == null ? List.of() : entry.tests();
  }

  private static Set<String> numbered(List<String> names) {
    try {
      return Contract.chosen(names);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--rules " + e.getMessage());
    }
  }

  /** Returns the tests of the rules that do not run. */
  Set<String> leftOut() {
    Set<String> others = new LinkedHashSet<>();
    rules.forEach(rule -> others.addAll(testsOf(rule)));
    others.removeAll(tests);
    return others;
  }
}
