package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Lease;
import io.databroker.api.SteadyClock;
import io.databroker.api.Write;
import io.databroker.offheap.directory.Uptime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The system clock steps while a store is closed, or before it is closed (TIME-4). */
class LeasesAcrossOpensTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
  private static final Duration ONE_MINUTE = Duration.ofMinutes(1);

  @TempDir Path scratch;
  private final Logger logger = Logger.getLogger(SteadyClock.class.getName());
  private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
  private long nanos;
  private long boot = 7;
  private long bootedAt;
  private boolean readable = true;
  private long grain;
  private Backend backend;

  @BeforeEach
  void start() {
    logger.setLevel(Level.OFF); // steps are logged
    backend = open(SteadyClock.of(() -> wall, () -> nanos));
  }

  @AfterEach
  void close() {
    logger.setLevel(null);
    backend.close();
  }

  private Backend open(InstantSource clock) {
    return Opening.inDirectory(
        scratch,
        new OffheapSettings(scratch, Durability.PROCESS, 1_000, 10, 4096),
        BackendContext.standard().withClock(clock),
        new Uptime(boot, () -> readable ? told() : -1, grain));
  }

  private long told() {
    long micros = TimeUnit.NANOSECONDS.toMicros(nanos - bootedAt);
    return grain == 0 ? micros : micros / grain * grain;
  }

  private void step(Duration by) {
    wall = wall.plus(by);
  }

  private void pass(Duration time) {
    wall = wall.plus(time);
    nanos += time.toNanos();
  }

  /** Closes the store, runs the action, and opens the store as another process would. */
  private void whileClosed(Runnable change) {
    backend.close();
    change.run();
    backend = open(SteadyClock.of(() -> wall, () -> nanos));
  }

  private @Nullable Lease acquire() {
    return backend.acquireLease("n", TEN_MINUTES);
  }

  /** Asserts that the name is held for exactly that time, and free after it. */
  private void assertHeldFor(Duration left) {
    assertThat(acquire()).isNull();
    pass(left.minusNanos(1_000));
    assertThat(acquire()).isNull();
    pass(Duration.ofNanos(1_000));
    assertThat(acquire()).isNotNull();
  }

  @Test
  void aStepForwardWhileClosedEndsNoLease() {
    acquire();
    whileClosed(
        () -> {
          pass(ONE_MINUTE);
          step(Duration.ofHours(2));
        });
    assertHeldFor(TEN_MINUTES.minus(ONE_MINUTE));
  }

  /** The file cannot be read, for example, while the process has no file handle left. */
  @Test
  void anUptimeThatCouldNotBeReadEndsNoLeaseEarly() {
    pass(Duration.ofDays(1));
    readable = false;
    acquire();
    readable = true;
    whileClosed(() -> pass(ONE_MINUTE));
    assertHeldFor(TEN_MINUTES.minus(ONE_MINUTE));
  }

  /**
   * An uptime of 9.999 ms is reported as 0 ms, and one of 10 ms as 10: only one microsecond passed.
   */
  @Test
  void theRoundingOfTheUptimeEndsNoLeaseEarly() {
    grain = 10_000;
    backend.close();
    backend = open(SteadyClock.of(() -> wall, () -> nanos));
    pass(Duration.ofNanos(9_999_000));
    acquire();
    whileClosed(() -> pass(Duration.ofNanos(1_000)));
    pass(TEN_MINUTES.minusNanos(2_000));
    assertThat(acquire()).isNull();
    pass(Duration.ofMillis(10));
    assertThat(acquire()).isNotNull();
  }

  @Test
  void aStepBackWhileClosedProlongsNoLease() {
    acquire();
    whileClosed(
        () -> {
          pass(ONE_MINUTE);
          step(Duration.ofDays(-1));
        });
    assertHeldFor(TEN_MINUTES.minus(ONE_MINUTE));
  }

  @Test
  void aStepBeforeTheCloseCountsForNothing() {
    acquire();
    pass(ONE_MINUTE);
    step(Duration.ofHours(2));
    whileClosed(() -> pass(ONE_MINUTE));
    assertHeldFor(TEN_MINUTES.minus(ONE_MINUTE.multipliedBy(2)));
  }

  @Test
  void aLeaseIsCountedOnceOverManyOpens() {
    acquire();
    for (int i = 0; i < 5; i++) {
      whileClosed(() -> step(Duration.ofHours(1)));
      pass(ONE_MINUTE);
    }
    assertHeldFor(TEN_MINUTES.minus(ONE_MINUTE.multipliedBy(5)));
  }

  @Test
  void theCopyOfTheLeasesInEachSegmentIsCountedLikewise() {
    acquire();
    pass(ONE_MINUTE);
    for (int i = 0; i < 100; i++) {
      backend.put(List.of(Write.put("t", "key-" + i, Bytes.copyOf(new byte[100]))));
    }
    whileClosed(() -> step(Duration.ofHours(2)));
    assertHeldFor(TEN_MINUTES.minus(ONE_MINUTE));
  }

  @Test
  void afterARebootAtLeastTheUptimeHasPassed() {
    acquire();
    whileClosed(
        () -> {
          pass(ONE_MINUTE);
          step(Duration.ofHours(2));
          boot = 9;
          bootedAt = nanos;
          pass(ONE_MINUTE);
        });
    assertHeldFor(TEN_MINUTES.minus(ONE_MINUTE));
  }

  /** The disk was attached to another machine, which has been up for long. */
  @Test
  void theUptimeOfAnotherMachineEndsNoLeaseEarly() {
    acquire();
    whileClosed(
        () -> {
          pass(ONE_MINUTE);
          boot = 9;
          bootedAt = nanos - TimeUnit.DAYS.toNanos(100);
          step(Duration.ofMinutes(30)); // its clock is ahead
        });
    assertHeldFor(TEN_MINUTES);
  }

  /**
   * The clock of the machine begins anew with each boot, so it does not tell how much time passed.
   */
  @Test
  void theTimeOfAnOpenCountsAfterARebootThatSetTheClockBack() {
    Instant begin = wall;
    acquire();
    for (int i = 0; i < 8; i++) {
      pass(ONE_MINUTE);
      whileClosed(
          () -> {
            wall = begin;
            reboot();
          });
    }
    assertHeldFor(TEN_MINUTES.minus(ONE_MINUTE.multipliedBy(8)));
  }

  private void reboot() {
    boot += 2;
    bootedAt = nanos;
  }

  /** The lease was written long before the store was closed. */
  @Test
  void theTimeBeforeARebootCountsToo() {
    acquire();
    pass(ONE_MINUTE.multipliedBy(5));
    whileClosed(
        () -> {
          reboot();
          pass(ONE_MINUTE);
        });
    assertHeldFor(TEN_MINUTES.minus(ONE_MINUTE.multipliedBy(6)));
  }

  /** With each reboot, the lease of a holder that is gone would begin anew. */
  @Test
  void aLeaseEndsHoweverOftenTheMachineIsRebooted() {
    acquire();
    backend.acquireLease("another", Duration.ofDays(1));
    for (int i = 0; i < 8; i++) {
      pass(ONE_MINUTE);
      whileClosed(this::reboot);
    }
    assertHeldFor(TEN_MINUTES.minus(ONE_MINUTE.multipliedBy(8)));
  }

  @Test
  void aLeaseThatHasEndedIsNotRevived() {
    Lease lease = acquire();
    pass(TEN_MINUTES);
    assertThat(backend.renewLease("n", lease.token(), TEN_MINUTES)).isNull();
    whileClosed(() -> step(Duration.ofHours(-2)));
    assertThat(backend.renewLease("n", lease.token(), TEN_MINUTES)).isNull();
    assertThat(acquire().token()).isGreaterThan(lease.token());
  }

  @Test
  void aTurnedClockIsUsedUnchanged() {
    acquire();
    backend.close();
    step(TEN_MINUTES);
    backend = open(() -> wall);
    assertThat(acquire()).isNotNull();
  }

  @Test
  void thisMachineTellsItsUptime() {
    Uptime machine = Uptime.ofMachine();
    assertThat(machine.boot()).isNotZero();
    assertThat(machine.micros().getAsLong()).isPositive();
    assertThat(Uptime.ofMachine().boot()).isEqualTo(machine.boot());
  }
}
