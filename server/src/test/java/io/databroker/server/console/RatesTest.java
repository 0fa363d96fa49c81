package io.databroker.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RatesTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final Rates rates = new Rates(clock::get);

  private void pass(long seconds) {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void aChangeCountsForAMinute() {
    rates.add("car", 3);
    pass(30);
    rates.add("car", 1);
    rates.add("owner", 1);
    assertThat(rates.of("car")).isEqualTo(4);
    assertThat(rates.of("owner")).isEqualTo(1);
    assertThat(rates.of("absent")).isZero();
    int[] perSecond = rates.perSecond();
    assertThat(perSecond[59]).isEqualTo(2);
    assertThat(perSecond[29]).isEqualTo(3);
    pass(30);
    assertThat(rates.of("car")).isEqualTo(1);
    pass(60);
    assertThat(rates.of("car")).isZero();
    assertThat(Arrays.stream(rates.perSecond()).sum()).isZero();
  }

  @Test
  void aTypeIsForgottenWhenItIsQuietAndThePlacesAreTaken() {
    for (int i = 0; i < 2 * Rates.MOST_TYPES; i++) {
      rates.add("t" + i, 1);
    }
    assertThat(rates.of("t0")).isEqualTo(1);
    assertThat(rates.of("t" + Rates.MOST_TYPES)).isZero();
    assertThat(Arrays.stream(rates.perSecond()).sum()).isEqualTo(2 * Rates.MOST_TYPES);
    pass(61);
    rates.add("later", 1);
    assertThat(rates.of("later")).isEqualTo(1);
  }
}
