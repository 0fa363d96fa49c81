package io.databroker.tck.chapters;

import io.databroker.api.Capability;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.races.Rounds;
import io.databroker.tck.races.Volume;
import io.databroker.tck.scripts.Scripts;
import io.databroker.tck.scripts.WatchedScripts;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Random scripts of all calls, judged step by step by a model of the contract. */
abstract class ScriptRules extends Chapter {
  ScriptRules() {}

  @Test
  @Needs(Capability.TURNABLE_CLOCK)
  @Rule({
    "VER-1", "VER-5", "PUT-3", "PUT-4", "PUT-5", "PUT-6", "PUT-7", "PUT-8", "PUT-10", "PUT-11",
    "PUT-12", "GET-1", "LIST-1", "LIST-2", "LIST-3", "SNAP-1", "SNAP-2", "SNAP-3", "SNAP-8",
    "FEED-1", "FEED-2", "FEED-3", "FEED-4", "FEED-5", "FEED-6", "FEED-7", "FEED-8", "FEED-9",
    "FEED-11", "FEED-13", "FEED-16", "OPT-1", "CAP-2", "CAP-5", "TTL-1", "TTL-2", "TTL-4",
    "INDEX-1", "LEASE-1", "LEASE-2", "LEASE-3", "LEASE-4", "LEASE-5", "LEASE-7", "TRIM-1", "TRIM-2",
    "TRIM-3", "CLEAR-1", "CLEAR-3", "CLEAR-4", "CHECK-1", "CLOSE-2", "ERR-1", "ERR-4", "CAPA-2"
  })
  void aRandomScriptIsAnsweredAsTheContractSays() throws InterruptedException {
    new Scripts(bench).run(Rounds.share(bench.tuning, Rounds.SCRIPTS));
  }

  @Test
  @Needs(Capability.TURNABLE_CLOCK)
  @Rule({"VER-5", "GET-1", "LIST-4", "SNAP-2", "OPT-1", "CAP-5", "INDEX-1", "CLEAR-5", "CHECK-1"})
  void eachAnswerBesideAScriptIsOfOneOfItsStates() throws InterruptedException {
    bench.clock.letOthersGoFirst();
    new WatchedScripts(bench).run(Rounds.share(bench.tuning, Rounds.WATCHED));
  }

  @Test
  @Rule({"LIST-1", "GET-1", "VER-5", "OPT-1", "CHECK-1", "SNAP-1", "INDEX-1", "FEED-1"})
  void eachOfManyAnswersIsRight() {
    new Volume(bench).run(Rounds.share(bench.tuning, Rounds.VOLUME));
  }

  @Test
  @Needs(Capability.DURABLE)
  @Rule({"VER-7", "CAPA-1"})
  void aRandomScriptGoesOnBehindAReopen() throws InterruptedException {
    if (!has(Capability.TURNABLE_CLOCK)) {
      // The answers of an engine may come late, or fail after an interrupt.
      throw new TestAbortedException("not declared: " + Capability.TURNABLE_CLOCK.label());
    }
    new Scripts(bench).run(Rounds.share(bench.tuning, 1));
  }
}
