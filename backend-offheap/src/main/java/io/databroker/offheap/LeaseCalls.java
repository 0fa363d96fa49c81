package io.databroker.offheap;

import io.databroker.api.Lease;
import io.databroker.api.StorageFullException;
import io.databroker.api.support.LeaseTable;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.SideState;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Grants, renews and releases leases: each change is written to the journal before it takes effect.
 */
final class LeaseCalls {
  private final Store store;

  LeaseCalls(Store store) {
    this.store = store;
  }

  @Nullable Lease acquire(String name, Duration duration) {
    return store.<@Nullable Lease>write(
        history -> {
          @Nullable Lease granted = store.leases.grant(name, duration, store.durations.elapsing());
          if (granted != null) {
            checkRoom(name);
            hold(history, granted);
          }
          return granted;
        });
  }

  @Nullable Lease renew(String name, long token, Duration duration) {
    return store.<@Nullable Lease>write(
        history -> {
          @Nullable Lease renewed =
              store.leases.renewal(name, token, duration, store.durations.elapsing());
          if (renewed != null) {
            hold(history, renewed);
          }
          return renewed;
        });
  }

  boolean release(String name, long token) {
    return store.write(
        history -> {
          @Nullable Lease held = store.leases.find(name, store.durations.elapsing());
          if (held == null || held.token() != token) {
            return false;
          }
          append(history, held, false);
          store.leases.remove(name);
          store.publish(history, history.planned);
          return true;
        });
  }

  private void checkRoom(String name) {
    long needed = store.leases.heapBytes() + LeaseTable.heapBytes(name);
    if (needed > Bounds.LEASE_BYTES) {
      throw new StorageFullException(
          String.format(
              Locale.ROOT,
              "no room for lease %s: %d bytes of leases are held, and %d fit into this heap;"
                  + " release some, or give the JVM a larger heap",
              name,
              store.leases.heapBytes(),
              Bounds.LEASE_BYTES),
          null);
    }
  }

  private void hold(History history, Lease lease) {
    append(history, lease, true);
    store.leases.put(lease);
    store.publish(history, history.planned);
  }

  /**
   * Writes a held lease again, with the present moment: after a reboot, the next open counts the
   * time until this moment for all leases. Called by the only user of the store.
   *
   * @return false if no lease is held, or the machine does not report its uptime
   */
  boolean writeMoment() {
    store.leases.sweep(store.durations.elapsing());
    List<Lease> held = store.leases.all();
    if (held.isEmpty() || !store.durations.toWrite().isOfKnownBoot()) {
      return false;
    }
    append(store.history, held.get(0), true);
    return true;
  }

  private void append(History history, Lease lease, boolean held) {
    store.append(
        history,
        Frame.Kind.LEASE,
        SideState.bytes(
            out -> {
              out.writeBoolean(held);
              SideState.write(out, lease);
              store.durations.toWrite().write(out);
            }));
  }
}
