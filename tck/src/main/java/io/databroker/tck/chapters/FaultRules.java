package io.databroker.tck.chapters;

import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Nemesis;
import io.databroker.tck.faults.FaultRun;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Faults of the backend's engine that its author can inject.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class FaultRules extends Chapter {
  FaultRules() {}

  @Test
  @Rule({"ERR-8", "ERR-2", "ERR-3", "ERR-6", "ERR-9", "ERR-10", "GET-3", "STATE-2"})
  void aFaultOfTheEngineLosesNothingAndPasses() throws InterruptedException {
    List<Nemesis> faults = bench.faults();
    if (faults.isEmpty()) {
      throw new TestAbortedException(
          "not run: no fault is given; a test class overrides faults(), the command line has"
              + " --fault NAME=COMMAND and --heal NAME=COMMAND");
    }
    for (int i = 0; i < faults.size(); i++) {
      new FaultRun(bench, faults.get(i), i + 1).run();
    }
  }
}
