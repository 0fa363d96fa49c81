package io.databroker.tck.chapters;

import io.databroker.api.Capability;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.crashes.CrashRun;
import io.databroker.tck.engine.ChildProvider;
import io.databroker.tck.races.Rounds;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Processes that are killed while they write. A power loss is not tested: it takes storage that
 * forgets what was not synchronised.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance by one thread.
 */
abstract class CrashRules extends Chapter {
  CrashRules() {}

  @Test
  @Needs(Capability.DURABLE)
  @Rule({"CAPA-1", "PUT-1", "PUT-9", "VER-6", "VER-7", "LEASE-2", "LEASE-8"})
  void aKilledProcessLosesNothingThatWasAcknowledged() throws IOException, InterruptedException {
    Optional<ChildProvider> provider = bench.inChildJvm();
    if (provider.isEmpty()) {
      throw new TestAbortedException(
          "not run: a child JVM cannot create the provider; override inChildJvm()");
    }
    new CrashRun(bench, provider.get()).run(Rounds.share(bench.tuning, Rounds.CRASHES));
  }
}
