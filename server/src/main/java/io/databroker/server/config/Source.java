package io.databroker.server.config;

import java.util.Locale;

/**
 * Place that a value comes from.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param text the place in words, such as {@code /etc/databroker.yaml, line 3}
 */
public record Source(String text) {
  static final Source DEFAULT = new Source("default");

  static Source flag(String name) {
    return new Source(name);
  }

  static Source variable(String name) {
    return new Source("variable " + name);
  }

  static Source file(String name, int line) {
    return new Source(String.format(Locale.ROOT, "%s, line %d", name, line));
  }

  @Override
  public String toString() {
    return text;
  }
}
