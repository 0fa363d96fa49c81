package io.databroker.offheap;

import io.databroker.api.SteadyClock;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Moment;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * Clock of the leases: steps of the system clock end no lease early, neither while the store is
 * open (TIME-3) nor while it is closed (TIME-4).
 */
final class LeaseClock {
  private final SteadyClock clock;
  private final Uptime uptime;

  LeaseClock(InstantSource clock, Uptime uptime) {
    this.clock = SteadyClock.of(clock);
    // A clock that a test sets is used unchanged (TIME-5).
    this.uptime = this.clock.ignoresSteps() ? uptime : Uptime.UNKNOWN;
  }

  Instant elapsing() {
    return clock.elapsing();
  }

  /**
   * Returns the moment to write with a lease. A pause between both readings, and the rounding of
   * the uptime, prolong the lease.
   */
  Moment toWrite() {
    Instant time = clock.elapsing();
    long micros = uptime.micros().getAsLong();
    return moment(time, micros < 0 ? micros : micros + uptime.grain());
  }

  /**
   * Returns the moment from which restored leases count: a pause between both readings prolongs
   * them.
   */
  Moment toContinue() {
    long micros = uptime.micros().getAsLong();
    return moment(clock.elapsing(), micros);
  }

  /** Returns the bound of the rounding of the uptime, in microseconds. */
  long grain() {
    return uptime.grain();
  }

  private Moment moment(Instant time, long micros) {
    // Without an uptime, ignore the boot id: a later uptime would count as time that passed.
    return new Moment(
        time.truncatedTo(ChronoUnit.MICROS), micros < 0 ? 0 : uptime.boot(), Math.max(0, micros));
  }
}
