package io.databroker.offheap.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MicrosTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
        "2026-02-03T04:05:06.000007Z",
        "2263-01-01T00:00:00.000001Z",
        "9999-12-31T23:59:59.999999Z",
        "0000-01-01T00:00:00.000001Z"
      })
  void anInstantComesBackAsItWas(Instant instant) {
    assertThat(Micros.instant(Micros.of(instant))).isEqualTo(instant);
  }
}
