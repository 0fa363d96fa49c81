package io.databroker.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LineRateTest {
  private final AtomicLong now = new AtomicLong();
  private final LineRate rate = new LineRate(now::get);

  @Test
  void linesBeyondTheRateAreCountedAndToldLater() {
    for (int i = 0; i < LineRate.LINES; i++) {
      assertThat(rate.admit("noisy")).isZero();
    }
    for (int i = 0; i < 1_600; i++) {
      assertThat(rate.admit("noisy")).isEqualTo(LineRate.DROPPED);
    }
    assertThat(rate.admit("quiet")).isZero();
    now.addAndGet(TimeUnit.MINUTES.toNanos(1));
    assertThat(rate.admit("noisy")).isEqualTo(1_600);
    assertThat(rate.admit("noisy")).isZero();
  }
}
