package io.databroker.tck;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * How long the kit works and waits.
 *
 * @param seed fixes what the clients of workloads do
 * @param budget for all workloads together
 * @param rounds that each workload runs at least, however long they take
 * @param patience how long to wait for what must come
 * @param report where to leave the histories of violations
 */
record Tuning(long seed, Duration budget, int rounds, Duration patience, Optional<Path> report) {
  static final String SEED = "databroker.tck.seed";
  static final String BUDGET = "databroker.tck.budget";
  static final String ROUNDS = "databroker.tck.rounds";
  static final String PATIENCE = "databroker.tck.patience";
  static final String REPORT = "databroker.tck.report";

  private static final long ANY_SEED = System.nanoTime() & 0xFFFFFF;

  static Tuning of(Function<String, Optional<String>> parameters) {
    return new Tuning(
        parameters.apply(SEED).map(Long::parseLong).orElse(ANY_SEED),
        seconds(parameters.apply(BUDGET), 30),
        parameters.apply(ROUNDS).map(Integer::parseInt).orElse(0),
        seconds(parameters.apply(PATIENCE), 10),
        parameters.apply(REPORT).map(Path::of));
  }

  private static Duration seconds(Optional<String> given, int otherwise) {
    double seconds = given.map(Double::parseDouble).orElse((double) otherwise);
    return Duration.ofMillis(Math.round(seconds * 1000));
  }
}
