package io.databroker.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.tck.reference.Gallery;
import io.databroker.tck.reference.Mutant;
import io.databroker.tck.run.KitRun;
import io.databroker.tck.run.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Backends whose listTypes is torn, each under many seeds with the time of a default run: LIST-4 is
 * the rule that this project began with, so chance must not decide whether it is found broken.
 */
class ListTypesMutantsTest {
  private static final int SEEDS = Integer.getInteger("databroker.tck.list-seeds", 1);
  private static final String DEFAULT_BUDGET = "40";

  @ParameterizedTest
  @ValueSource(strings = {"list-of-two-views", "list-retried-iterator", "list-in-pages"})
  void aTornListIsFoundWithEachSeed(String name) {
    Mutant mutant =
        Gallery.mutants().stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
    List<Integer> missed = new ArrayList<>();
    long longest = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      long start = System.nanoTime();
      if (!isFound(mutant, seed)) {
        missed.add(seed);
      }
      longest = Math.max(longest, System.nanoTime() - start);
    }
    System.out.printf(
        Locale.ROOT,
        "%s: found with %d of %d seeds, each within %d ms%n",
        name,
        SEEDS - missed.size(),
        SEEDS,
        longest / 1_000_000);
    assertThat(missed).as("seeds with which %s survived a default run", name).isEmpty();
  }

  private static boolean isFound(Mutant mutant, int seed) {
    List<Outcome> found = new ArrayList<>();
    KitRun.run(
        mutant,
        Set.of(mutant.rule()),
        Map.of(
            "databroker.tck.budget", DEFAULT_BUDGET, "databroker.tck.seed", Integer.toString(seed)),
        outcome -> {
          if (outcome.verdict() == Outcome.Verdict.FAIL
              && outcome.rules().contains(mutant.rule())) {
            found.add(outcome);
            KitRun.stop();
          }
        });
    return !found.isEmpty();
  }
}
