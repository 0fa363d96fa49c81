package io.databroker.tck.races;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.tck.history.LeaseCall;
import io.databroker.tck.history.LeaseCall.Kind;
import io.databroker.tck.history.LeaseCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock of an engine may differ from that of the JVM that judges its leases. */
class LeaseRaceTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration DURATION = Duration.ofMillis(700);

  /** A grant by an engine whose clock is ahead by that much; the call takes 4 ms. */
  private static LeaseCall granted(int number, Duration at, Duration ahead) {
    Instant begin = START.plus(at);
    return new LeaseCall(
        Kind.ACQUIRE,
        2L * number,
        2L * number + 1,
        begin,
        begin.plusMillis(4),
        "name",
        number,
        true,
        begin.plusMillis(2).plus(ahead).plus(DURATION));
  }

  @ParameterizedTest
  @ValueSource(longs = {-5_000, -3, 0, 3, 5_000})
  void aGrantAfterTheEndOfAHoldingIsRight(long millis) {
    Duration ahead = Duration.ofMillis(millis);
    List<LeaseCall> calls = List.of(granted(1, Duration.ZERO, ahead), granted(2, DURATION, ahead));
    assertThat(LeaseCheck.problem(LeaseRace.byEngine(calls, DURATION), Duration.ZERO)).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {-5_000, -3, 0, 3, 5_000})
  void aGrantBeforeTheEndOfAHoldingIsWrong(long millis) {
    Duration ahead = Duration.ofMillis(millis);
    List<LeaseCall> calls =
        List.of(granted(1, Duration.ZERO, ahead), granted(2, DURATION.minusMillis(50), ahead));
    assertThat(LeaseCheck.problem(LeaseRace.byEngine(calls, DURATION), Duration.ZERO))
        .startsWith("granted while another holding lasts");
  }

  @Test
  void timesOfTheSameClockStayAsTheyAre() {
    List<LeaseCall> calls = List.of(granted(1, Duration.ZERO, Duration.ZERO));
    assertThat(LeaseRace.byEngine(calls, DURATION)).isEqualTo(calls);
  }
}
