package io.databroker.server.config;

import java.util.Locale;

/**
 * Place that a value comes from.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param text the place in words, such as {@code /etc/databroker.yaml, line 3}
 * @param isFlag whether the value was given on the command line
 */
public record Source(String text, boolean isFlag) {
  static final Source DEFAULT = new Source("default", false);

  static Source flag(String name) {
    return new Source(name, true);
  }

  static Source variable(String name) {
    return new Source("variable " + name, false);
  }

  static Source file(String name, int line) {
    return new Source(String.format(Locale.ROOT, "%s, line %d", name, line), false);
  }

  @Override
  public String toString() {
    return text;
  }
}
