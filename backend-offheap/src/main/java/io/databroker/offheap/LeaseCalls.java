package io.databroker.offheap;

import io.databroker.api.Lease;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.SideState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives, prolongs and ends leases: each change is in the journal before it is made. */
final class LeaseCalls {
  private final Store store;

  LeaseCalls(Store store) {
    this.store = store;
  }

  @Nullable Lease acquire(String name, Duration duration) {
    return store.<@Nullable Lease>write(
        List.of(),
        history -> {
          Instant now = store.clock.instant();
          return store.leases.holding(name, now) != null
              ? null
              : hold(history, new Lease(name, store.leases.nextToken(), Leases.end(now, duration)));
        });
  }

  @Nullable Lease renew(String name, long token, Duration duration) {
    return store.<@Nullable Lease>write(
        List.of(),
        history -> {
          Instant now = store.clock.instant();
          Lease held = store.leases.holding(name, now);
          return held == null || held.token() != token
              ? null
              : hold(history, new Lease(name, token, Leases.end(now, duration)));
        });
  }

  private Lease hold(History history, Lease lease) {
    append(history, lease, true);
    store.leases.hold(lease);
    store.publish(history, history.planned);
    return lease;
  }

  boolean release(String name, long token) {
    return store.write(
        List.of(),
        history -> {
          Lease held = store.leases.holding(name, store.clock.instant());
          if (held == null || held.token() != token) {
            return false;
          }
          append(history, held, false);
          store.leases.release(name);
          store.publish(history, history.planned);
          return true;
        });
  }

  private void append(History history, Lease lease, boolean held) {
    store.append(
        history,
        Frame.Kind.LEASE,
        SideState.bytes(
            out -> {
              out.writeBoolean(held);
              SideState.write(out, lease);
            }));
  }
}
