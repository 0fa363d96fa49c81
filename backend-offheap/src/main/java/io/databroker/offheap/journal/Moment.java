package io.databroker.offheap.journal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Moment at which a lease was written, from which a later process computes the rest of its duration
 * (TIME-4). The clock alone is not enough: it may step while the store is closed.
 *
 * @param clock the time by which the ends of the leases were computed
 * @param boot the boot id of the machine; 0 if unknown
 * @param uptime the microseconds since that boot
 */
public record Moment(Instant clock, long boot, long uptime) {
  /** Returns whether the machine reported its boot id and uptime. */
  public boolean isOfKnownBoot() {
    return boot != 0;
  }

  /**
   * Returns a lower bound of the microseconds that passed since an earlier moment. After a reboot,
   * this is the uptime, however far the clock has advanced. But it is 0 if, by the clock, the
   * machine booted before that moment: the store may have been moved to a machine that had been up
   * for long, and whose clock differs.
   *
   * @param grain bound of the rounding of an uptime, in microseconds
   */
  public long since(Moment before, long grain) {
    if (before.boot == boot) {
      return uptime - before.uptime;
    }
    long up = uptime - 2 * grain; // both uptimes may be rounded up
    return up > Micros.of(clock) - Micros.of(before.clock) ? 0 : Math.max(0, up);
  }

  /**
   * Returns the end, by the clock of {@code now}, of a lease that this moment was written with.
   *
   * @param passed the microseconds between both moments; negative counts as 0
   */
  public Instant continued(Instant end, Moment now, long passed) {
    long left = Micros.of(end) - Micros.of(clock) - Math.max(0, passed);
    return Micros.instant(Micros.of(now.clock) + Math.max(0, left));
  }

  public void write(DataOutputStream out) throws IOException {
    out.writeLong(Micros.of(clock));
    out.writeLong(boot);
    out.writeLong(uptime);
  }

  /**
   * Reads a moment; returns null at the end of a frame that an older version without moments wrote.
   */
  public static @Nullable Moment read(DataInputStream in) throws IOException {
    return in.available() == 0
        ? null
        : new Moment(Micros.instant(in.readLong()), in.readLong(), in.readLong());
  }
}
