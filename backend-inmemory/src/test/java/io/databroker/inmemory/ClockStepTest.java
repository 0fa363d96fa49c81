package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Lease;
import io.databroker.api.SteadyClock;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The system clock steps while the backend is open. */
class ClockStepTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  private final Logger logger = Logger.getLogger(SteadyClock.class.getName());
  private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
  private long nanos;
  private final SteadyClock clock = SteadyClock.of(() -> wall, () -> nanos);
  private final InMemoryBackend backend =
      new InMemoryBackend(BackendContext.standard().withClock(clock));

  @BeforeEach
  void silence() {
    logger.setLevel(Level.OFF); // steps are logged
  }

  @AfterEach
  void close() {
    logger.setLevel(null);
    backend.close();
  }

  private void step(Duration by) {
    wall = wall.plus(by);
  }

  private void pass(Duration time) {
    wall = wall.plus(time);
    nanos += time.toNanos();
  }

  private Instant put(String id) {
    return backend.put(List.of(Write.put("t", id, Bytes.EMPTY))).records().get(0).modifiedAt();
  }

  @Test
  void aStepForwardEndsNoLeaseAndDropsNothing() {
    backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofHours(1)));
    put("a");
    Lease lease = backend.acquireLease("n", TEN_MINUTES);
    step(Duration.ofHours(2));
    assertThat(backend.acquireLease("n", TEN_MINUTES)).isNull();
    assertThat(backend.expire()).isZero();
    assertThat(backend.trim(clock.instant().minus(Duration.ofHours(1)))).isZero();
    pass(TEN_MINUTES.minusNanos(1_000));
    assertThat(backend.acquireLease("n", TEN_MINUTES)).isNull();
    pass(Duration.ofNanos(1_000));
    assertThat(backend.acquireLease("n", TEN_MINUTES).token()).isGreaterThan(lease.token());
    pass(Duration.ofHours(1));
    assertThat(backend.expire()).isEqualTo(1);
  }

  @Test
  void aStepBackProlongsNoLeaseAndStopsNeitherExpiryNorTrim() {
    backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofHours(1)));
    Instant first = put("a");
    backend.acquireLease("n", TEN_MINUTES);
    step(Duration.ofDays(-1));
    assertThat(put("b")).isAfterOrEqualTo(first);
    pass(TEN_MINUTES);
    assertThat(backend.acquireLease("n", TEN_MINUTES)).isNotNull();
    assertThat(put("c")).isAfter(first);
    pass(Duration.ofMinutes(70));
    assertThat(backend.trim(clock.instant().minus(Duration.ofHours(1)))).isPositive();
    assertThat(backend.expire()).isPositive();
  }
}
