package io.databroker.offheap;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills writers at random instants, a few times in each build; {@code
 * -Ddatabroker.offheap.kills=250} kills 250 times for each durability, {@code
 * -Ddatabroker.offheap.seed} repeats the operations of the children.
 */
@Tag("slow")
class CrashTest {
  private static final int KILLS = Integer.getInteger("databroker.offheap.kills", 6);
  private static final long SEED = Long.getLong("databroker.offheap.seed", 1);
  private static final int KILLS_OF_ONE_STORE = 25;

  @TempDir Path scratch;

  @ParameterizedTest
  @EnumSource
  void whatWasAcknowledgedSurvivesAKill(Durability durability) throws Exception {
    for (int done = 0; done < KILLS; ) {
      CrashRun run = new CrashRun(scratch, durability, SEED + done);
      int until = Math.min(KILLS_OF_ONE_STORE, KILLS - done);
      while (run.kills < until) {
        run.kill();
      }
      done += run.kills;
      System.out.println(run);
    }
  }
}
