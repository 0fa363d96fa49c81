package io.databroker.tck.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RunningTimeTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void aPauseOfTheProcessCountsAsASecond() {
    RunningTime.Tick last = new RunningTime.Tick(5, 7);
    assertThat(last.ranUntil(5 + SECOND / 2)).isEqualTo(7 + SECOND / 2);
    assertThat(last.ranUntil(5 + 3_600 * SECOND)).isEqualTo(7 + SECOND);
  }

  @Test
  void anAwaitEndsByTheEventOrByTheTime() throws InterruptedException {
    CountDownLatch latch = new CountDownLatch(1);
    assertThat(RunningTime.await(latch, Duration.ofMillis(1))).isFalse();
    latch.countDown();
    assertThat(RunningTime.await(latch, Duration.ofHours(1))).isTrue();
    assertThat(RunningTime.await(latch, Duration.ZERO)).isTrue();
  }

  @Test
  void theLeadOfAnEngineIsTheLeastThatALeaseShows() {
    Instant before = Instant.parse("2026-01-01T00:00:00Z");
    Instant after = before.plusMillis(4);
    assertThat(EngineClock.ahead(before.plusMillis(2), before, after)).isZero();
    assertThat(EngineClock.ahead(before.plusSeconds(2), before, after))
        .isEqualTo(Duration.ofMillis(1_996));
    assertThat(EngineClock.ahead(before.minusSeconds(2), before, after))
        .isEqualTo(Duration.ofSeconds(-2));
  }
}
