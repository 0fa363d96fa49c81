package io.databroker.tck.junit;

import io.databroker.tck.contract.Rule;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayNameGenerator;

/** Displays a test as the numbers and strength of its rules, and its name in words. */
public final class RuleNames extends DisplayNameGenerator.Standard {
  @Override
  public String generateDisplayNameForNestedClass(
      List<Class<?>> enclosingInstanceTypes, Class<?> nestedClass) {
    return words(nestedClass.getSimpleName());
  }

  @Override
  public String generateDisplayNameForMethod(
      List<Class<?>> enclosingInstanceTypes, Class<?> testClass, Method testMethod) {
    Rule rule = testMethod.getAnnotation(Rule.class);
    String name = words(testMethod.getName());
    return rule == null ? name : String.join(" ", rule.value()) + " MUST: " + name;
  }

  private static String words(String camelCase) {
    return camelCase.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }
}
