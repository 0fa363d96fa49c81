package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PassingTimeTest {
  private final HandTime wall = new HandTime();
  private long nanos;
  private final PassingTime passing = new PassingTime(() -> nanos, wall);

  @Test
  void neverStepsBackAndCountsTheLongerOfTwoReadings() {
    assertThat(passing.instant()).isEqualTo(Instant.EPOCH);
    nanos += 2_000_000_000;
    wall.leap(Duration.ofSeconds(1));
    assertThat(passing.instant()).isEqualTo(Instant.EPOCH.plusSeconds(2));
    wall.leap(Duration.ofHours(-1)); // set back
    assertThat(passing.instant()).isEqualTo(Instant.EPOCH.plusSeconds(2));
    nanos += 1_000_000_000;
    assertThat(passing.instant()).isEqualTo(Instant.EPOCH.plusSeconds(3));
    wall.leap(Duration.ofMinutes(10)); // the machine slept
    assertThat(passing.instant()).isEqualTo(Instant.EPOCH.plusSeconds(603));
  }
}
