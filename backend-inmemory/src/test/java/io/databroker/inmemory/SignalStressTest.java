package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Settings;
import io.databroker.tck.races.SignalStress;
import org.junit.jupiter.api.Test;

/** CONTRIBUTING.md has the command for a long run. */
class SignalStressTest {

  private static Backend open() {
    return new InMemoryProvider()
        .open(Settings.defaults(), BackendContext.standard().withNotifier(Runnable::run));
  }

  @Test
  void noWriteOfManyTypesLosesASignal() throws InterruptedException {
    long writes = Long.getLong("signals.writes", 50_000);
    try (Backend backend = open()) {
      SignalStress.Outcome outcome = new SignalStress(backend).writesOfManyTypes(writes);
      System.out.println("writes of many types: " + outcome);
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.waited()).isPositive();
    }
  }

  @Test
  void noWriteLosesASignal() throws InterruptedException {
    long writes = Long.getLong("signals.handovers", 2_000);
    try (Backend backend = open()) {
      SignalStress.Outcome outcome = new SignalStress(backend).writes(writes);
      System.out.println("writes: " + outcome);
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.rounds()).isGreaterThanOrEqualTo(writes);
      assertThat(outcome.waited()).isBetween(1L, outcome.rounds() * 2);
    }
  }

  @Test
  void noTrimThatOverlapsARegistrationLosesASignalOrAPosition() throws Exception {
    long trims = Long.getLong("signals.trims", 200);
    try (Backend backend = open()) {
      SignalStress.Outcome outcome = new SignalStress(backend).trims(trims);
      System.out.println("trims: " + outcome);
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.fellOff()).isZero();
      assertThat(outcome.rounds()).isGreaterThanOrEqualTo(trims);
    }
  }
}
