package io.databroker.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Runs each example and checks its output. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class ExamplesTest {

  @Test
  void typedCars() throws Exception {
    assertThat(Printed.by(TypedCars::main))
        .containsExactly(
            "there is 7: Car[colour=blue, kilometres=100]",
            "now 7: Car[colour=blue, kilometres=125]",
            "gone is 7: Car[colour=blue, kilometres=125]");
  }

  @Test
  void localCache() throws Exception {
    assertThat(Printed.by(LocalCache::main))
        .containsExactly("cached: [tea]", "mate costs 310", "notified of tea and mate");
  }

  @Test
  void leader() throws Exception {
    assertThat(Printed.by(Leader::main))
        .containsExactly(
            "leading with token 1",
            "free for another: false",
            "one step of work",
            "the next one leads with token 2",
            "notified before the host closes");
  }

  @Test
  void mirror() throws Exception {
    assertThat(Printed.by(Mirror::main))
        .containsExactly("{1=blue}", "{2=red}", "starting over: history-replaced", "{}");
  }

  @Test
  void severalBackends() throws Exception {
    assertThat(Printed.by(SeveralBackends::main))
        .containsExactly("live [order]", "archive [invoice]");
  }

  @Test
  void optionsOfTypes() throws Exception {
    assertThat(Printed.by(OptionsOfTypes::main))
        .containsExactly("the oldest event is gone: true", "blue: car 7");
  }

  @Test
  void shortLived() throws Exception {
    assertThat(Printed.by(ShortLived::main)).containsExactly("ada came", "ada has expired");
  }

  @Test
  void manyWatchers() throws Exception {
    assertThat(Printed.by(ManyWatchers::main))
        .containsExactly("a thread each: false", "notified: 1000");
  }

  @Test
  void choosingABackend() throws Exception {
    assertThat(Printed.by(ChoosingABackend::main))
        .contains(
            "inmemory [TURNABLE_CLOCK, RESTORE, IMMEDIATE_READS, IMMEDIATE_LEASES, IMMEDIATE_SNAPSHOTS]",
            "backend inmemory: unknown setting \"colour\"; its settings are memoryBytes, historyBytes",
            "unknown backend \"of-heap\"; known: inmemory");
  }
}
