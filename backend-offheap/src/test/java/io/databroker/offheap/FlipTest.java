package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Flips bits under open stores (ERR-7): {@code -Ddatabroker.offheap.flips=5000} flips that many,
 * {@code -Ddatabroker.offheap.seed} repeats a run.
 */
@Tag("slow")
class FlipTest {
  private static final int FLIPS = Integer.getInteger("databroker.offheap.flips", 150);
  private static final long SEED = Long.getLong("databroker.offheap.seed", 1);

  @TempDir Path scratch;

  @Test
  void aFlippedBitIsNeverAWrongRecord() throws Exception {
    FlipRun all = null;
    try (LogLines quiet = new LogLines()) {
      for (long seed = SEED; all == null || all.flipped < FLIPS; seed++) {
        Durability durability = seed % 2 == 0 ? Durability.DISK : Durability.PROCESS;
        FlipRun run = new FlipRun(scratch.resolve("store-" + seed), durability, seed);
        // A single flip may be compacted away; with many, most kinds of places are hit.
        run.run((int) (1 + seed % 12));
        if (all == null) {
          all = run;
        } else {
          all.add(run);
        }
      }
      assertThat(quiet.lines()).as("each damage is logged").isNotEmpty();
    }
    System.out.println(all);
    assertThat(all.damagedReads).as("damaged reads").isPositive();
    assertThat(all.segmentsMended).as("segments whose damage a compaction dropped").isPositive();
    assertThat(all.opensRefused).as("opens refused").isPositive();
    assertThat(all.opensRight).as("opens without damage").isPositive();
  }
}
