package io.databroker.tck.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;

/** Hints about the usual causes of a broken rule. */
public final class Hints {
  private static final Properties HINTS = read();

  private Hints() {}

  /** Returns the hint for a rule, or an empty text. */
  public static String of(String rule) {
    return HINTS.getProperty(rule, "");
  }

  /** Returns the rules with a hint. */
  public static Set<String> numbers() {
    return HINTS.stringPropertyNames();
  }

  private static Properties read() {
    Properties hints = new Properties();
    try (InputStream text = Hints.class.getResourceAsStream("what-to-look-at.properties")) {
      hints.load(new InputStreamReader(Objects.requireNonNull(text), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return hints;
  }
}
