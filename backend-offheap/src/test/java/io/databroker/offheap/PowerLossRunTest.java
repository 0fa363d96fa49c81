package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Loses the power at random instants, with concurrent readers and feeds. */
@Tag("slow")
class PowerLossRunTest {
  @TempDir Path scratch;

  /** {@code -Ddatabroker.offheap.powerLosses=100} loses the power 100 times for each durability. */
  @ParameterizedTest
  @EnumSource
  void aLossOfPowerLeavesWholeOperations(Durability durability) throws Exception {
    int losses = Integer.getInteger("databroker.offheap.powerLosses", 6);
    long seed = Long.getLong("databroker.offheap.seed", 1);
    long kept = 0;
    for (int i = 0; i < losses; i++) {
      PowerLossRun run = new PowerLossRun(scratch, durability, seed + i);
      run.run();
      kept += run.kept();
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %d losses of power, after which %d operations had taken effect as a whole%n",
        durability,
        losses,
        kept);
    assertThat(kept).isPositive();
  }
}
