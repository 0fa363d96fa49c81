package io.databroker.api.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GatheringTest {
  private static final long START = -5; // nanoTime may be negative

  private final Gathering gathering = new Gathering();

  @Test
  void aWriterThatIsAloneWaitsForNobody() {
    assertThat(gathering.left(1, START)).isNotPositive();
    gathering.begin(1, 1, START, START + 800_000);
    assertThat(gathering.left(2, START + 800_000)).isNotPositive();
    assertThat(gathering.endsWith(2)).isTrue();
  }

  @Test
  void theNextCommitWaitsForAllWritersOfTheLastOne() {
    // Three writers were released while two others had given their batches.
    gathering.begin(5, 3, START, START + 800_000);
    assertThat(gathering.left(5, START + 800_000)).isEqualTo(100_000);
    assertThat(gathering.left(7, START + 840_000)).isEqualTo(60_000);
    assertThat(gathering.endsWith(7)).isFalse();
    assertThat(gathering.endsWith(8)).isTrue();
    assertThat(gathering.left(8, START + 840_000)).isZero();
  }

  @Test
  void theWaitIsAnEighthOfTheCommitAtMost() {
    gathering.begin(5, 3, START, START + 800_000);
    assertThat(gathering.left(5, START + 900_000)).isNotPositive();
  }

  @Test
  void noWriterWaitsAfterAShortCommit() {
    gathering.begin(5, 3, START, START + 300_000);
    assertThat(gathering.left(5, START + 300_000)).isNotPositive();
  }

  @Test
  void aDiskThatStalledDoesNotMakeTheWaitLong() {
    long hour = TimeUnit.HOURS.toNanos(1);
    gathering.begin(5, 3, START, START + hour);
    assertThat(gathering.left(5, START + hour)).isEqualTo(2_000_000);
  }
}
