package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.databroker.tck.engine.InconclusiveException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the kit once for each seed. {@code -Ddatabroker.postgres.seeds=50} runs the whole kit with
 * 50 seeds, from {@code -Ddatabroker.postgres.seed} on; without it, one seed runs one rule. A rule
 * without a verdict, as a busy machine may cause, is named and is no failure.
 */
class KitSeedsTest {
  private static final int SEEDS = Integer.getInteger("databroker.postgres.seeds", 0);
  private static final long FIRST = Long.getLong("databroker.postgres.seed", 1);

  @Test
  void theKitPassesWithEachSeed() {
    StringWriter failures = new StringWriter();
    for (int i = 0; i < Math.max(1, SEEDS); i++) {
      long seed = FIRST + i;
      TestExecutionSummary summary = run(seed);
      assertThat(summary.getTestsSucceededCount()).isPositive();
      List<String> unsure =
          summary.getFailures().stream()
              .filter(failure -> failure.getException() instanceof InconclusiveException)
              .map(failure -> failure.getTestIdentifier().getDisplayName())
              .toList();
      long failed = summary.getTotalFailureCount() - unsure.size();
      if (SEEDS > 0) {
        System.out.printf(
            Locale.ROOT,
            "seed %d: %d passed, %d failed, inconclusive %s, %d not declared, %d s%n",
            seed,
            summary.getTestsSucceededCount(),
            failed,
            unsure,
            summary.getTestsAbortedCount(),
            (summary.getTimeFinished() - summary.getTimeStarted()) / 1_000);
      }
      if (failed > 0) {
        failures.append(String.format(Locale.ROOT, "seed %d: ", seed));
        summary.printFailuresTo(new PrintWriter(failures), 20);
      }
    }
    assertThat(failures.toString()).isEmpty();
  }

  private static TestExecutionSummary run(long seed) {
    LauncherDiscoveryRequestBuilder request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(PostgresTckTest.class))
            .configurationParameter("databroker.tck.seed", Long.toString(seed));
    boolean wasWhole = PostgresTckTest.isWhole;
    if (SEEDS == 0) {
      request.configurationParameter("databroker.tck.rules", "GET-1");
      PostgresTckTest.isWhole = false;
    }
    LauncherDiscoveryRequest all = request.build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(all, listener);
    PostgresTckTest.isWhole = wasWhole;
    return listener.getSummary();
  }
}
