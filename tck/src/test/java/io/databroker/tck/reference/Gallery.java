package io.databroker.tck.reference;

import io.databroker.api.DatabrokerException;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.run.KitRun;
import io.databroker.tck.run.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The wrong backends that test the kit. */
public final class Gallery {
  private Gallery() {}

  /** Returns all mutants in the order of the chapters. */
  public static List<Mutant> mutants() {
    return Stream.of(
            PutMutants.all(),
            AnswerMutants.all(),
            RestoreMutants.all(),
            ListMutants.all(),
            SnapshotMutants.all(),
            FeedMutants.all(),
            WaitingMutants.all(),
            SignalMutants.all(),
            SignalLockMutants.all(),
            OptionMutants.all(),
            TtlMutants.all(),
            IndexMutants.all(),
            LeaseMutants.all(),
            StoreMutants.all(),
            OpenMutants.all(),
            ScriptMutants.all(),
            LeakMutants.all(),
            ClosingMutants.all(),
            OpeningMutants.all(),
            FaultMutants.all(),
            DamageMutants.all(),
            CrashMutants.all())
        .flatMap(List::stream)
        .toList();
  }

  /** Result of a mutant under the tests of its rule. */
  public record Trial(Mutant mutant, List<Outcome> outcomes, Duration took) {
    /** Returns the first test that ended by a finding of a rule, not by a crash. */
    public Optional<Outcome> killer() {
      return outcomes.stream()
          .filter(outcome -> outcome.verdict() == Outcome.Verdict.FAIL)
          .filter(outcome -> outcome.rules().contains(mutant.rule()))
          .filter(
              outcome ->
                  seen(outcome) instanceof AssertionError
                      || seen(outcome) instanceof DatabrokerException)
          .findFirst();
    }

    /** Returns the failure of the test before it became a violation. */
    private static @Nullable Throwable seen(Outcome outcome) {
      Throwable failure = outcome.failure();
      return failure instanceof Violation violation
              && violation.getCause() != null
              && violation.found().isEmpty()
          ? violation.getCause()
          : failure;
    }
  }

  /** Runs the tests of the rule that the mutant breaks. */
  public static Trial trial(Mutant mutant, long seed) {
    long start = System.nanoTime();
    List<Outcome> outcomes = new ArrayList<>();
    KitRun.run(
        mutant,
        Set.of(mutant.rule()),
        Map.of(
            "databroker.tck.budget", System.getProperty("budget", "70"),
            "databroker.tck.rounds", System.getProperty("rounds", "300"),
            "databroker.tck.patience", "1",
            "databroker.tck.call-bound", "3",
            "databroker.tck.seed", Long.toString(seed)),
        outcome -> {
          outcomes.add(outcome);
          if (outcome.verdict() == Outcome.Verdict.FAIL) {
            KitRun.stop();
          }
        });
    return new Trial(mutant, outcomes, Duration.ofNanos(System.nanoTime() - start));
  }

  /** Tries the mutants with the given names or rules, or all, and prints the result of each. */
  public static void main(String[] names) {
    int seeds = Integer.getInteger("seeds", 1);
    for (Mutant mutant : mutants()) {
      if (names.length == 0
          || Stream.of(names).anyMatch(n -> mutant.rule().equals(n) || mutant.name().equals(n))) {
        for (int seed = 2; seed <= seeds; seed++) {
          Trial again = trial(mutant, seed);
          System.out.printf(
              "  seed %d: %s %d ms %s%n",
              seed,
              again.killer().isPresent(),
              again.took().toMillis(),
              again
                  .killer()
                  .map(k -> k.reason().lines().filter(l -> l.startsWith("Seen")).toList()));
        }
        Trial trial = trial(mutant, 1);
        System.out.printf(
            "%-10s %-38s %6d ms %s%n",
            mutant.rule(),
            mutant.name(),
            trial.took().toMillis(),
            trial
                .killer()
                .map(k -> "killed by " + k.test())
                .orElse("SURVIVED " + trial.outcomes()));
        if (names.length > 0) {
          trial.killer().ifPresent(k -> System.out.println(k.reason()));
        }
      }
    }
  }
}
