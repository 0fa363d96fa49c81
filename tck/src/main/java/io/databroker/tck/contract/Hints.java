package io.databroker.tck.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;

/** What to look at when a rule is broken. */
public final class Hints {
  private static final Properties HINTS = read();

  private Hints() {}

  /** The hint for a rule, or an empty text. */
  public static String of(String rule) {
    return HINTS.getProperty(rule, "");
  }

  /** The rules that have one. */
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
