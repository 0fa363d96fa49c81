package io.databroker.tck.contract;

import io.databroker.tck.text.Texts;
import java.util.Properties;
import java.util.Set;

/** Hints about the usual causes of a broken rule. */
public final class Hints {
  private static final Properties HINTS =
      Texts.properties(Hints.class, "what-to-look-at.properties");

  private Hints() {}

  /** Returns the hint for a rule, or an empty text. */
  public static String of(String rule) {
    return HINTS.getProperty(rule, "");
  }

  /** Returns the rules with a hint. */
  public static Set<String> numbers() {
    return HINTS.stringPropertyNames();
  }
}
