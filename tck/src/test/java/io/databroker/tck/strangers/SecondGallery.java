package io.databroker.tck.strangers;

import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.run.KitRun;
import io.databroker.tck.run.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Tries the strangers with the tests of a default run. */
final class SecondGallery {
  private SecondGallery() {}

  /**
   * Result of a stranger.
   *
   * @param right the first failure that names a rule of the stranger, if any
   * @param others the other rules that failed
   */
  record Trial(Stranger stranger, List<Outcome> right, Set<String> others, Duration took) {
    String verdict() {
      return right.isEmpty() ? others.isEmpty() ? "SURVIVED" : "OTHER " + others : "right";
    }
  }

  /**
   * Runs the tests of the stranger's rules. If they find nothing and {@code whole} is set, runs all
   * tests. Each test runs as long as in a default run. Only the random scripts may name any rule.
   */
  static Trial trial(Stranger stranger, long seed, boolean whole) {
    long start = System.nanoTime();
    List<Outcome> right = new ArrayList<>();
    Set<String> others = new TreeSet<>();
    run(stranger, Set.copyOf(stranger.rules()), seed, right, others);
    if (right.isEmpty() && whole) {
      run(stranger, Set.of(), seed, right, others);
    }
    return new Trial(stranger, right, others, Duration.ofNanos(System.nanoTime() - start));
  }

  private static void run(
      Stranger stranger, Set<String> rules, long seed, List<Outcome> right, Set<String> others) {
    KitRun.run(
        stranger,
        rules,
        Map.of(
            "databroker.tck.budget", System.getProperty("databroker.tck.budget", "40"),
            "databroker.tck.seed", Long.toString(seed)),
        outcome -> {
          if (outcome.verdict() == Outcome.Verdict.FAIL) {
            if (outcome.rules().stream().anyMatch(stranger.rules()::contains)) {
              right.add(outcome);
              KitRun.stop();
            } else {
              others.addAll(outcome.rules());
              if (Boolean.getBoolean("reasons")) {
                System.out.println(outcome.reason());
              }
            }
          }
        });
  }

  /**
   * Tries those whose names are given, or all, and prints how each fared; with {@code
   * -Dgallery=third} or {@code fourth} those of that gallery.
   */
  public static void main(String[] names) {
    long seed = Long.getLong("seed", 1);
    List<Stranger> all =
        new ArrayList<>(
            switch (System.getProperty("gallery", "second")) {
              case "third" -> ThirdStrangers.all();
              case "fourth" -> FourthStrangers.all();
              default -> Strangers.all();
            });
    all.add(Stranger.backend("VER-1", "correct", "none", ReferenceBackend::new));
    all.add(Stranger.durable("VER-1", "correct-durable", "none", ReferenceBackend::new));
    for (Stranger stranger : all) {
      if (names.length == 0 || Set.of(names).contains(stranger.name())) {
        Trial trial =
            trial(stranger, seed, Boolean.parseBoolean(System.getProperty("whole", "true")));
        System.out.printf(
            Locale.ROOT,
            "%-45s %-26s %6d ms %s %s%n",
            stranger.name(),
            stranger.rules(),
            trial.took().toMillis(),
            trial.verdict(),
            trial.right().isEmpty()
                ? ""
                : trial.right().get(0).test() + " " + trial.right().get(0).rules());
        if (Boolean.getBoolean("reasons")) {
          trial.right().forEach(it -> System.out.println(it.reason()));
        }
      }
    }
  }
}
