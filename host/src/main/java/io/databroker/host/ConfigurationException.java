package io.databroker.host;

import java.util.List;

/** A configuration is invalid. The message lists all problems in one line. */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String[] problems;

  ConfigurationException(List<String> problems) {
    super("configuration: " + String.join("; ", problems));
    this.problems = problems.toArray(new String[0]);
  }

  /** Returns the problems; each says what is wrong and what to do. */
  public List<String> problems() {
    return List.of(problems);
  }

  static void throwIfAny(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }
}
