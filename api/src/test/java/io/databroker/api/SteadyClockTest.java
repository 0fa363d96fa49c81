package io.databroker.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Logger logger = Logger.getLogger(SteadyClock.class.getName());
  private final List<LogRecord> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private Instant wall = START;
  private long nanos = 42;
  private final SteadyClock clock = SteadyClock.of(() -> wall, () -> nanos);

  @BeforeEach
  void listen() {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void stopListening() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  private void pass(Duration time) {
    wall = wall.plus(time);
    nanos += time.toNanos();
  }

  @Test
  void withoutAStepBothLinesAreTheClock() {
    for (int i = 0; i < 10; i++) {
      pass(Duration.ofMinutes(i));
      assertThat(clock.instant()).isEqualTo(wall);
      assertThat(clock.elapsing()).isEqualTo(wall);
    }
    assertThat(logged).isEmpty();
  }

  @Test
  void aStepForwardIsLoggedOnceAndFollowedSlowly() {
    pass(Duration.ofMinutes(1));
    Instant before = clock.instant();
    wall = wall.plus(Duration.ofHours(2));
    assertThat(clock.instant()).isEqualTo(before);
    pass(Duration.ofSeconds(100));
    assertThat(clock.instant()).isEqualTo(before.plusSeconds(110));
    assertThat(clock.elapsing()).isEqualTo(before.plusSeconds(100));
    assertThat(logged).hasSize(1);
    pass(Duration.ofDays(2));
    assertThat(clock.instant()).isEqualTo(wall);
    assertThat(clock.elapsing()).isEqualTo(before.plusSeconds(100).plus(Duration.ofDays(2)));
    assertThat(logged).hasSize(1);
  }

  @Test
  void aStepBackNeverTurnsTimeBackOrStopsIt() {
    pass(Duration.ofDays(1));
    Instant before = clock.instant();
    wall = wall.minus(Duration.ofDays(1));
    assertThat(clock.instant()).isEqualTo(before);
    pass(Duration.ofSeconds(100));
    assertThat(clock.instant()).isEqualTo(before.plusSeconds(90));
    assertThat(clock.elapsing()).isEqualTo(before.plusSeconds(100));
    assertThat(logged).hasSize(1);
    pass(Duration.ofDays(30));
    assertThat(clock.instant()).isEqualTo(wall);
  }

  @Test
  void aClockThatATestTurnsIsPassedThrough() {
    SteadyClock turned = SteadyClock.of(() -> wall);
    wall = wall.plus(Duration.ofDays(9_000));
    assertThat(turned.instant()).isEqualTo(wall);
    wall = wall.minus(Duration.ofDays(20_000));
    assertThat(turned.instant()).isEqualTo(wall);
    assertThat(turned.elapsing()).isEqualTo(wall);
    assertThat(SteadyClock.of(turned)).isSameAs(turned);
  }

  @Test
  void theSystemClockInAnyZoneIsMadeSteady() {
    assertThat(SteadyClock.isSystem(InstantSource.system())).isTrue();
    assertThat(SteadyClock.isSystem(Clock.systemUTC())).isTrue();
    assertThat(SteadyClock.isSystem(Clock.system(ZoneId.of("Asia/Tokyo")))).isTrue();
    assertThat(SteadyClock.isSystem(Clock.fixed(START, ZoneId.of("UTC")))).isFalse();
    assertThat(SteadyClock.isSystem(() -> wall)).isFalse();
    assertThat(BackendContext.standard().clock()).isInstanceOf(SteadyClock.class);
    assertThat(BackendContext.standard().withClock(Clock.systemUTC()).clock())
        .isInstanceOf(SteadyClock.class);
    InstantSource turned = () -> wall;
    assertThat(BackendContext.standard().withClock(turned).clock()).isSameAs(turned);
    Instant before = Instant.now();
    assertThat(BackendContext.standard().clock().instant())
        .isBetween(before.minusSeconds(60), before.plusSeconds(60));
  }
}
