package io.databroker.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.tck.reference.Mutant;
import io.databroker.tck.run.KitRun;
import io.databroker.tck.run.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A correct backend whose engine goes away passes, and the report tells what was seen. */
class FaultsTest {
  @Test
  void aCorrectBackendPasses() {
    assertPasses(Mutant.ofEngineThatGoesAway());
  }

  /** The first put that succeeds has the key of those that did not. */
  @Test
  void aCorrectBackendWhoseFirstCallsStillFailPasses() {
    assertPasses(Mutant.ofEngineThatComesBackSlowly());
  }

  private static void assertPasses(Mutant correct) {
    List<Outcome> outcomes =
        KitRun.run(correct, Set.of("ERR-8"), Map.of("databroker.tck.patience", "5"), outcome -> {});
    assertThat(outcomes).hasSize(1);
    assertThat(outcomes.get(0).verdict())
        .as(outcomes.get(0).reason())
        .isEqualTo(Outcome.Verdict.PASS);
    assertThat(outcomes.get(0).notes().toString())
        .containsPattern("away: [0-9]+ calls, [1-9][0-9]* not applied, [1-9][0-9]* of unknown");
  }
}
