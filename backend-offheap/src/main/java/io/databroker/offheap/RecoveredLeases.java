package io.databroker.offheap;

import io.databroker.api.Lease;
import io.databroker.api.support.LeaseTable;
import io.databroker.offheap.journal.Moment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Leases of earlier opens, with the time that passed since each was written (TIME-4).
 *
 * <p>The times between successive moments of a journal add up over all boots of the machine. Within
 * a boot, the uptime gives this time; over a reboot, at least a part of the uptime since the reboot
 * counts. So a lease that was written long before the last moment does not begin anew with a
 * reboot.
 */
final class RecoveredLeases {
  /**
   * Moment at which a lease was written, and the microseconds that were counted until that moment.
   */
  private record Written(Moment moment, long counted) {}

  private final LeaseTable leases;
  private final long grain;
  private final Map<String, Written> written = new HashMap<>();
  private @Nullable Moment last;

  /** Lower bound of the microseconds that passed between the first moment and the last. */
  private long counted;

  /**
   * @param leases receives the leases
   * @param grain bound of the rounding of an uptime, in microseconds
   */
  RecoveredLeases(LeaseTable leases, long grain) {
    this.leases = leases;
    this.grain = grain;
  }

  /**
   * Adds a lease of the journal.
   *
   * @param moment the moment of its writing; null if an older version without moments wrote it
   */
  void put(Lease lease, @Nullable Moment moment) {
    count(moment);
    leases.put(lease);
    note(lease, moment);
  }

  void remove(String name) {
    leases.remove(name);
    written.remove(name);
  }

  /** Replaces all leases by those of a state, which were written at one moment. */
  void restore(List<Lease> all, long lastToken, @Nullable Moment moment) {
    count(moment);
    written.clear();
    leases.restore(all, lastToken);
    all.forEach(lease -> note(lease, moment));
  }

  private void note(Lease lease, @Nullable Moment moment) {
    if (moment == null || !moment.isOfKnownBoot()) {
      written.remove(lease.name());
    } else {
      written.put(lease.name(), new Written(moment, counted));
    }
  }

  private void count(@Nullable Moment moment) {
    if (moment == null || !moment.isOfKnownBoot()) {
      return;
    }
    Moment before = last;
    if (before != null) {
      counted += moment.since(before, grain);
    }
    last = moment;
  }

  /**
   * Gives each lease its end by the clock of this open.
   *
   * @return true if the moment is the first of its boot, and so should be written
   */
  boolean continueAt(Moment now) {
    if (!now.isOfKnownBoot()) {
      return false; // the system clock decides
    }
    boolean first = last != null && last.boot() != now.boot();
    count(now);
    List<Lease> continued = new ArrayList<>();
    for (Lease lease : leases.all()) {
      Written then = written.get(lease.name());
      continued.add(
          then == null
              ? lease
              : new Lease(
                  lease.name(),
                  lease.token(),
                  then.moment.continued(lease.expiresAt(), now, counted - then.counted)));
    }
    leases.restore(continued, leases.lastToken());
    return first;
  }
}
