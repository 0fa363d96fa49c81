package io.databroker.benchmarks;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Measures the rows of two sides that take turns, and reports the outcomes. */
final class PostgresRows {

  /** Work of one side for a number of milliseconds; returns the number of units. */
  interface Side {
    /** Prepares a turn; its time does not count. */
    default void prepare() throws Exception {}

    double work(long millis) throws Exception;
  }

  private static final String BARE = "bare JDBC program";

  private final Measurement measurement;
  private final Predicate<String> wanted;
  private final Consumer<Outcome> told;

  PostgresRows(Measurement measurement, Predicate<String> wanted, Consumer<Outcome> told) {
    this.measurement = measurement;
    this.wanted = wanted;
    this.told = told;
  }

  void row(String name, String unit, Target target, Side ours, Side bare) throws Exception {
    if (!wanted.test(name)) {
      return;
    }
    int pairs = measurement.forks() * measurement.pairs();
    double[][] nanos = new double[2][pairs];
    for (int pair = -measurement.warmups(); pair < pairs; pair++) {
      for (int side = 0; side < 2; side++) {
        Side turn = side == 0 ? ours : bare;
        turn.prepare();
        long began = System.nanoTime();
        double units = turn.work(measurement.turnMillis());
        if (pair >= 0) {
          nanos[side][pair] = (System.nanoTime() - began) / units;
        }
      }
    }
    told(name, BARE, unit, target, nanos);
  }

  void told(String name, String reference, String unit, Target target, double[][] nanos) {
    told.accept(Outcome.of(Row.of(name, reference, unit, 1, target), nanos, new double[2][0]));
  }

  /** Reports a quantile of times; the times of the two sides alternate. */
  void times(String name, List<double[]> times, double quantile) {
    if (wanted.test(name)) {
      double[][] nanos = new double[2][times.size() / 2];
      for (int i = 0; i < times.size(); i++) {
        nanos[i % 2][i / 2] = Outcome.quantile(times.get(i), quantile);
      }
      told(name, "commit and NOTIFY", "put", Target.atMost(1.5), nanos);
    }
  }
}
