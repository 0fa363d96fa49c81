package io.databroker.offheap.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GatheringTest {
  private static final long START = -5; // nanoTime may be negative

  private final Gathering gathering = new Gathering();

  @Test
  void aWriterThatIsAloneWaitsForNobody() {
    assertThat(gathering.left(1, START)).isNotPositive();
    gathering.begin(1, 1, START, START + 8_000);
    assertThat(gathering.left(2, START + 8_000)).isNotPositive();
    assertThat(gathering.endsWith(2)).isTrue();
  }

  @Test
  void theNextFsyncWaitsForAllWritersOfTheLastOne() {
    // Three writers were released while two others had appended.
    gathering.begin(5, 3, START, START + 8_000);
    assertThat(gathering.left(5, START + 8_000)).isEqualTo(1_000);
    assertThat(gathering.left(7, START + 8_400)).isEqualTo(600);
    assertThat(gathering.endsWith(7)).isFalse();
    assertThat(gathering.endsWith(8)).isTrue();
    assertThat(gathering.left(8, START + 8_400)).isZero();
  }

  @Test
  void theWaitIsAnEighthOfTheFsyncAtMost() {
    gathering.begin(5, 3, START, START + 8_000);
    assertThat(gathering.left(5, START + 9_000)).isNotPositive();
  }

  @Test
  void aDiskThatStalledDoesNotMakeTheWaitLong() {
    long hour = TimeUnit.HOURS.toNanos(1);
    gathering.begin(5, 3, START, START + hour);
    assertThat(gathering.left(5, START + hour)).isEqualTo(2_000_000);
  }
}
