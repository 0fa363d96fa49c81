package io.databroker.tck.run;

import io.databroker.tck.chapters.AllChapters;
import io.databroker.tck.contract.Contract;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.text.Texts;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.Nested;

/**
 * Tests of each rule, and the reasons for rules without one.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class Catalogue {
  private Catalogue() {}

  /**
   * A rule of the contract.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param number the number, such as LIST-4
   * @param strength MUST or MAY
   * @param text the text of the rule
   * @param tests the tests of the rule, each as its chapter and its name
   * @param whyNot the reason for having no test; empty if there is one
   */
  public record Entry(
      String number, String strength, String text, List<String> tests, String whyNot) {
    /** Copies the list. */
    public Entry {
      tests = List.copyOf(tests);
    }
  }

  /** Rules of the contract by number, in its order. */
  public static Map<String, Entry> rules() {
    Map<String, List<String>> tests = tests();
    Properties reasons = reasons();
    Map<String, Entry> rules = new LinkedHashMap<>();
    Contract.rules()
        .forEach(
            (number, rule) ->
                rules.put(
                    number,
                    new Entry(
                        number,
                        rule.strength(),
                        rule.text(),
                        tests.getOrDefault(number, List.of()),
                        reasons.getProperty(number, ""))));
    return Collections.unmodifiableMap(rules);
  }

  /** Returns the numbers of the rules that a test checks, given as its chapter and name. */
  static List<String> rulesOf(String test) {
    return rules().values().stream()
        .filter(rule -> rule.tests().contains(test))
        .map(Entry::number)
        .toList();
  }

  /** Returns the tests by the rule numbers that they name; a number may be unknown. */
  public static Map<String, List<String>> tests() {
    Map<String, List<String>> tests = new LinkedHashMap<>();
    for (Class<?> chapter : AllChapters.class.getDeclaredClasses()) {
      if (chapter.isAnnotationPresent(Nested.class)) {
        for (Method method : Objects.requireNonNull(chapter.getSuperclass()).getDeclaredMethods()) {
          Rule rule = method.getAnnotation(Rule.class);
          for (String number : rule == null ? new String[0] : rule.value()) {
            tests
                .computeIfAbsent(number, none -> new ArrayList<>())
                .add(chapter.getSimpleName() + "." + method.getName());
          }
        }
      }
    }
    tests.values().forEach(Collections::sort);
    return tests;
  }

  /** Reasons for rules without a test, by number. */
  public static Properties reasons() {
    return Texts.properties(Contract.class, "not-tested.properties");
  }
}
