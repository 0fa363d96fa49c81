package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SignalStressTest {

  @Test
  void noWriteOfManyTypesLosesASignal() throws InterruptedException {
    long writes = Long.getLong("signals.writes", 50_000);
    try (SignalStress stress = new SignalStress()) {
      SignalStress.Outcome outcome = stress.writesOfManyTypes(writes);
      System.out.println("writes of many types: " + outcome);
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.waited()).isPositive();
    }
  }

  @Test
  void noWriteLosesASignal() throws InterruptedException {
    long writes = Long.getLong("signals.handovers", 2_000);
    try (SignalStress stress = new SignalStress()) {
      SignalStress.Outcome outcome = stress.writes(writes);
      System.out.println("writes: " + outcome);
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.rounds()).isGreaterThanOrEqualTo(writes);
      assertThat(outcome.waited()).isBetween(1L, outcome.rounds() * 2);
    }
  }

  @Test
  void noTrimThatOverlapsARegistrationLosesASignalOrAPosition() throws Exception {
    long trims = Long.getLong("signals.trims", 200);
    try (SignalStress stress = new SignalStress()) {
      SignalStress.Outcome outcome = stress.trims(trims);
      System.out.println("trims: " + outcome);
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.fellOff()).isZero();
      assertThat(outcome.rounds()).isGreaterThanOrEqualTo(trims);
    }
  }
}
