package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Lease;
import io.databroker.api.support.LeaseTable;
import io.databroker.offheap.journal.Moment;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecoveredLeasesTest {
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
  private static final Lease LEASE = new Lease("n", 3, TIME.plusSeconds(600));
  private static final int GRAIN = 10_000;

  private final LeaseTable table = new LeaseTable();
  private final RecoveredLeases leases = new RecoveredLeases(table, GRAIN);

  private static Moment moment(long boot, long seconds) {
    return new Moment(TIME, boot, seconds * 1_000_000);
  }

  private static Moment moment(long clock, long boot, long seconds) {
    return new Moment(TIME.plusSeconds(clock), boot, seconds * 1_000_000);
  }

  private void other(@Nullable Moment moment) {
    leases.put(new Lease("other", 4, TIME), moment);
    leases.remove("other");
  }

  private Instant end() {
    return table.all().get(0).expiresAt();
  }

  @Test
  void theTimesOfAllBootsAddUp() {
    leases.put(LEASE, moment(7, 1_000));
    other(moment(7, 1_060));
    other(moment(3_600, 9, 40)); // 40 s: the clock stepped
    other(null);
    other(moment(0, 0));
    other(moment(9, 100)); // 60 s: one boot
    assertThat(leases.continueAt(moment(3_600, 11, 20))).isTrue();
    assertThat(end()).isEqualTo(TIME.plusSeconds(3_600 + 600 - 60 - 100 - 20).plusMillis(40));
  }

  /** An uptime of weeks tells nothing of the seconds that the store was closed. */
  @Test
  void onAnotherMachineNoTimePassed() {
    leases.put(LEASE, moment(7, 1_000));
    assertThat(leases.continueAt(moment(5, 9, 1_000_000))).isTrue();
    assertThat(end()).isEqualTo(LEASE.expiresAt().plusSeconds(5));
  }

  /** By its clock, that machine was up already when the lease was written. */
  @Test
  void onAnotherMachineWhoseClockIsAheadNoTimePassed() {
    leases.put(LEASE, moment(1, 1_000));
    leases.continueAt(moment(31 * 60, 2, 2 * 3_600));
    assertThat(end()).isEqualTo(LEASE.expiresAt().plusSeconds(31 * 60));
  }

  /** As after a reboot that took no time: both uptimes may be rounded up. */
  @Test
  void theRoundingOfAnUptimeMakesNoOtherMachine() {
    leases.put(LEASE, moment(7, 1_000));
    leases.continueAt(new Moment(TIME.plusSeconds(60), 9, 60_000_000 + 2 * GRAIN));
    assertThat(end()).isEqualTo(LEASE.expiresAt());
  }

  @Test
  void aClockThatWasSetBackByARebootTakesNoTimeBack() {
    leases.put(LEASE, moment(7, 1_000));
    other(moment(7, 1_060));
    leases.continueAt(moment(-3_600, 9, 20));
    assertThat(end()).isEqualTo(TIME.plusSeconds(-3_600 + 600 - 60));
  }

  @Test
  void aBootThatWroteAlreadyNeedsNoMoment() {
    leases.put(LEASE, moment(7, 1_000));
    assertThat(leases.continueAt(moment(7, 1_060))).isFalse();
    assertThat(leases.continueAt(moment(0, 0))).isFalse();
  }

  @Test
  void aRoundedUptimeSinceARebootIsNotNegative() {
    leases.put(LEASE, moment(7, 1_000));
    leases.continueAt(moment(9, 0));
    assertThat(end()).isEqualTo(LEASE.expiresAt());
  }

  @Test
  void theSystemClockDecidesWhereTheMachineDoesNotTellItsUptime() {
    leases.put(LEASE, moment(7, 1_000));
    leases.continueAt(new Moment(TIME.plusSeconds(7200), 0, 0));
    assertThat(end()).isEqualTo(LEASE.expiresAt());
  }

  @Test
  void theSystemClockDecidesOfALeaseWrittenWithoutAnUptime() {
    leases.put(LEASE, moment(0, 0));
    leases.continueAt(new Moment(TIME.plusSeconds(7200), 7, 1_000_000));
    assertThat(end()).isEqualTo(LEASE.expiresAt());
  }
}
