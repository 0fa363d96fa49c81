package io.databroker.host;

import java.util.List;

/**
 * A configuration that cannot be used, with everything that is wrong with it. The message is one
 * line.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String[] problems;

  ConfigurationException(List<String> problems) {
    super("configuration: " + String.join("; ", problems));
    this.problems = problems.toArray(new String[0]);
  }

  /** Each problem: what is wrong, and what to do about it. */
  public List<String> problems() {
    return List.of(problems);
  }

  static void throwIfAny(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }
}
