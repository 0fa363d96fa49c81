package io.databroker.tck;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Nested;

/**
 * Which test holds which rule, and why some rules have none.
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
   * @param number its number, such as LIST-4
   * @param strength MUST or MAY
   * @param text what it says
   * @param tests the tests that hold it, each as its chapter and its name
   * @param whyNot why it has none; empty if it has
   */
  public record Entry(
      String number, String strength, String text, List<String> tests, String whyNot) {
    /** Takes an unmodifiable copy of the list. */
    public Entry {
      tests = List.copyOf(tests);
    }
  }

  /** All rules of the contract by number, in its order. */
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

  /**
   * The numbers of the rules that are meant.
   *
   * @param names numbers (LIST-4) or chapters (LIST), in any case
   * @throws IllegalArgumentException if there is none of that name; names it
   */
  public static Set<String> chosen(List<String> names) {
    Set<String> chosen = new LinkedHashSet<>();
    for (String name : names) {
      String wanted = name.strip().toUpperCase(Locale.ROOT);
      List<String> meant =
          Contract.rules().keySet().stream()
              .filter(number -> number.equals(wanted) || number.startsWith(wanted + "-"))
              .toList();
      if (meant.isEmpty()) {
        throw new IllegalArgumentException(name + ": there is no such rule or chapter");
      }
      chosen.addAll(meant);
    }
    return chosen;
  }

  /** The tests by the numbers that they name, which may be numbers of no rule. */
  static Map<String, List<String>> tests() {
    Map<String, List<String>> tests = new LinkedHashMap<>();
    for (Class<?> chapter : DatabrokerTck.class.getDeclaredClasses()) {
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

  /** Why a rule has no test, by number. */
  static Properties reasons() {
    Properties reasons = new Properties();
    try (InputStream text = Catalogue.class.getResourceAsStream("not-tested.properties")) {
      reasons.load(new InputStreamReader(Objects.requireNonNull(text), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return reasons;
  }
}
