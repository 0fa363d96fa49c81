package io.databroker.tck.engine;

import io.databroker.tck.text.Texts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Budgets and time limits of the kit.
 *
 * @param seed fixes the calls of the workloads' clients
 * @param budget for all workloads together
 * @param rounds the least number of rounds of each workload, however long they take
 * @param patience how long to wait for an expected signal or answer
 * @param callBound how long a call of the backend may take before it counts as hung
 * @param report the folder for the histories of violations
 * @param again the command that runs the test again
 */
public record Tuning(
    long seed,
    Duration budget,
    int rounds,
    Duration patience,
    Duration callBound,
    Optional<Path> report,
    Again again) {
  public static final String SEED = "databroker.tck.seed";
  public static final String BUDGET = "databroker.tck.budget";
  public static final String ROUNDS = "databroker.tck.rounds";
  public static final String PATIENCE = "databroker.tck.patience";
  public static final String CALL_BOUND = "databroker.tck.call-bound";
  public static final String REPORT = "databroker.tck.report";

  private static final double MOST_SECONDS = 1e9;
  private static final long ANY_SEED = System.nanoTime() & 0xFFFFFF;

  public static Tuning of(Function<String, Optional<String>> parameters, Again again) {
    return new Tuning(
        parameters.apply(SEED).map(Long::parseLong).orElse(ANY_SEED),
        seconds(parameters, BUDGET, 30),
        parameters.apply(ROUNDS).map(Integer::parseInt).orElse(0),
        seconds(parameters, PATIENCE, 10),
        seconds(parameters, CALL_BOUND, 10),
        parameters.apply(REPORT).map(Path::of),
        again);
  }

  /** Returns the time limit of a whole test. */
  Duration testBound() {
    return Duration.ofMinutes(2).plus(budget.multipliedBy(3));
  }

  private static Duration seconds(
      Function<String, Optional<String>> parameters, String name, int otherwise) {
    String given = parameters.apply(name).orElse(String.valueOf(otherwise));
    double seconds;
    try {
      seconds = Double.parseDouble(given);
    } catch (NumberFormatException e) {
      seconds = Double.NaN;
    }
    if (!(seconds >= 0 && seconds <= MOST_SECONDS)) {
      throw new IllegalArgumentException(
          Texts.format("%s=%s: give a number of seconds, at most %.0f", name, given, MOST_SECONDS));
    }
    return Duration.ofMillis(Math.round(seconds * 1000));
  }
}
