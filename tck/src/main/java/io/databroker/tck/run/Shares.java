package io.databroker.tck.run;

import io.databroker.tck.races.Rounds;
import java.util.Collection;

/** Shares of the budget for concurrent workloads that a test takes. */
final class Shares {
  private Shares() {}

  /** Returns the shares of a test, given as chapter and name; 0 if it takes none. */
  static long of(String test) {
    if (test.startsWith("Scripts.eachOfMany")) {
      return Rounds.VOLUME;
    }
    if (test.startsWith("Scripts.each")) {
      return Rounds.WATCHED;
    }
    if (test.startsWith("Scripts.")) {
      return Rounds.SCRIPTS;
    }
    if (test.startsWith("Concurrency.each")) {
      return Rounds.PAIRS;
    }
    if (test.startsWith("Concurrency.listTypesOfThousands")) {
      return Rounds.LISTS;
    }
    return test.startsWith("Crashes.") ? Rounds.CRASHES : test.startsWith("Concurrency.") ? 1 : 0;
  }

  /** Returns the shares of several tests, but at least 1. */
  static long of(Collection<String> tests) {
    return Math.max(1, tests.stream().mapToLong(Shares::of).sum());
  }
}
