package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.tck.races.SignalStress;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CONTRIBUTING.md has the command for a long run. */
class SignalStressTest {
  @TempDir Path directory;

  private Backend open(String storage) {
    boolean ram = storage.equals("ram");
    Durability durability = storage.equals("disk") ? Durability.DISK : Durability.PROCESS;
    return Opening.open(
        new OffheapSettings(ram ? null : directory, durability, 10_000, 64, 1 << 16),
        BackendContext.standard().withNotifier(Runnable::run));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ram", "process", "disk"})
  void noWriteOfManyTypesLosesASignal(String storage) throws InterruptedException {
    long writes =
        storage.equals("disk")
            ? Long.getLong("signals.disk.writes", 1_000)
            : Long.getLong("signals.writes", 10_000);
    try (Backend backend = open(storage)) {
      SignalStress.Outcome outcome = new SignalStress(backend).writesOfManyTypes(writes);
      System.out.println(storage + ", writes of many types: " + outcome);
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.waited()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ram", "process", "disk"})
  void noTrimThatOverlapsARegistrationLosesASignalOrAPosition(String storage)
      throws InterruptedException {
    long trims = Long.getLong("signals.trims", 50);
    try (Backend backend = open(storage)) {
      SignalStress.Outcome outcome = new SignalStress(backend).trims(trims);
      System.out.println(storage + ", trims: " + outcome);
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.fellOff()).isZero();
      assertThat(outcome.rounds()).isGreaterThanOrEqualTo(trims);
    }
  }
}
