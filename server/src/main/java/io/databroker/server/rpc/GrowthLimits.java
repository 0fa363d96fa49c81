package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.Lease;
import io.databroker.api.LimitExceededException;
import io.databroker.api.TypeOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps leases and options within the server's limits.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class GrowthLimits {
  private final Backend backend;
  private final ServiceLimits limits;
  private final HeldLeases held;
  private final Object newTypes = new Object();

  GrowthLimits(Backend backend, ServiceLimits limits) {
    this.backend = backend;
    this.limits = limits;
    this.held = new HeldLeases(limits.leases(), System::nanoTime);
  }

  void setOptions(String type, TypeOptions options) {
    int fields = options.indexedFields().size();
    if (fields > limits.indexedFields()) {
      throw new LimitExceededException(
          "options.indexable_fields", fields, limits.indexedFields(), "fields");
    }
    if (options.equals(TypeOptions.NONE) || backend.options().containsKey(type)) {
      backend.setOptions(type, options);
      return;
    }
    synchronized (newTypes) { // otherwise two calls at once could both take the last place
      if (backend.options().size() >= limits.typesWithOptions()) {
        throw Statuses.limit(
            "too-many-types-with-options", "types with options", limits.typesWithOptions());
      }
      backend.setOptions(type, options);
    }
  }

  @Nullable Lease acquireLease(String name, Duration duration) {
    checkDuration(duration);
    if (!held.begin()) {
      throw Statuses.limit("too-many-leases", "leases", limits.leases());
    }
    Lease lease = null;
    try {
      lease = backend.acquireLease(name, duration);
      return lease;
    } finally {
      if (lease == null) {
        held.giveUp();
      } else {
        held.acquired(name, lease.token(), duration);
      }
    }
  }

  @Nullable Lease renewLease(String name, long token, Duration duration) {
    checkDuration(duration);
    Lease renewed = backend.renewLease(name, token, duration);
    if (renewed != null) {
      held.renewed(token, duration);
    }
    return renewed;
  }

  boolean releaseLease(String name, long token) {
    boolean released = backend.releaseLease(name, token);
    if (released) {
      held.released(token);
    }
    return released;
  }

  /** Returns the held leases that were acquired through this server. */
  List<HeldLease> leases() {
    return held.list();
  }

  private void checkDuration(Duration duration) {
    if (duration.compareTo(limits.longestLease()) > 0) {
      throw new LimitExceededException(
          "duration", duration.toSeconds(), limits.longestLease().toSeconds(), "seconds");
    }
  }
}
