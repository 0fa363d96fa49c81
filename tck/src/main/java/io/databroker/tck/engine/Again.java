package io.databroker.tck.engine;

import io.databroker.tck.text.Texts;
import java.util.List;
import java.util.Optional;

/**
 * Command that runs a test again.
 *
 * @param rules the rules that the test checks
 * @param testClass the class that ran the test
 * @param command the command line that ran the test, without rules and seed, if no class did
 */
public record Again(List<String> rules, String testClass, Optional<String> command) {
  /** The configuration parameter that chooses rules. */
  public static final String RULES = "databroker.tck.rules";

  /** The configuration parameter that holds such a command line. */
  public static final String COMMAND = "databroker.tck.command";

  /** Returns a command to paste into a shell. */
  public String command(long seed) {
    String numbers = String.join(",", rules);
    return command
        .map(start -> Texts.format("%s --rules %s --seed %d", start, numbers, seed))
        .orElse(
            Texts.format(
                "mvn test -Dtest=%s -D%s=%s -D%s=%d",
                testClass, RULES, numbers, Tuning.SEED, seed));
  }
}
