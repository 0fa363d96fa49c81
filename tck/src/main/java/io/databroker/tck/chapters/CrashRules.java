package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.databroker.api.Capability;
import io.databroker.api.OpenFailedException;
import io.databroker.api.StoredRecord;
import io.databroker.tck.contract.Lacks;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.crashes.CrashRun;
import io.databroker.tck.crashes.SecondOpen;
import io.databroker.tck.engine.ChildProvider;
import io.databroker.tck.races.Rounds;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Processes that are killed while they write. A loss of power is not tested: that would need
 * storage that loses unsynchronised bytes.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
abstract class CrashRules extends Chapter {
  CrashRules() {}

  @Test
  @Needs(Capability.DURABLE)
  @Rule({"CAPA-1", "PUT-1", "PUT-9", "VER-6", "VER-7", "LEASE-2", "LEASE-8"})
  void aKilledProcessLosesNothingThatWasAcknowledged() throws IOException, InterruptedException {
    new CrashRun(bench, child()).run(Rounds.share(bench.tuning, Rounds.CRASHES));
  }

  @Test
  @Needs(Capability.DURABLE)
  @Lacks(Capability.SHARED)
  @Rule("CAPA-2")
  void withoutSharedAnotherProcessIsRefusedOrOpensAnotherStore()
      throws IOException, InterruptedException {
    StoredRecord mine = put("t", "1");
    refusedHere();
    SecondOpen.Seen seen = SecondOpen.run(bench, child());
    if (seen.failure().isEmpty()) {
      assertNotEquals(
          backend().versions().serverVersion(),
          seen.serverVersion(),
          "another process has opened the same store");
    } else {
      assertTrue(
          seen.failure().contains("OpenFailedException"),
          "another process is refused with open-failed, but saw: " + seen.failure());
    }
    assertEquals(mine, backend().get("t", "1"), "after another process tried to open the store");
    put("t", "2");
    assertEquals(setOf("1", "2"), ids("t"));
  }

  /**
   * Tries to open the store once more in this process. An operating system may free all locks that
   * a process has on a file when the process closes the file once.
   */
  private void refusedHere() {
    try {
      secondHandle().close();
    } catch (OpenFailedException permitted) {
      assertNotNull(permitted.getMessage());
    }
  }

  @Test
  @Needs(Capability.SHARED)
  @Rule("CAPA-1")
  void withSharedAnotherProcessOpensTheSameStore() throws IOException, InterruptedException {
    put("t", "1");
    SecondOpen.Seen seen = SecondOpen.run(bench, child());
    assertEquals("", seen.failure(), "another process opens the store");
    assertEquals(backend().versions().serverVersion(), seen.serverVersion());
  }

  private ChildProvider child() {
    return bench
        .inChildJvm()
        .orElseThrow(
            () ->
                new TestAbortedException(
                    "not run: a child JVM cannot create the provider; override inChildJvm()"));
  }
}
