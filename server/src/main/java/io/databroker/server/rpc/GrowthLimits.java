package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.Lease;
import io.databroker.api.LimitExceededException;
import io.databroker.api.TypeOptions;
import io.databroker.server.net.Network;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps leases and options within the server's limits.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class GrowthLimits {
  private static final String TOO_MANY_TYPES = "too-many-types-with-options";

  private final Backend backend;
  private final ServiceLimits limits;
  private final HeldLeases held;

  /** Networks that gave types their options since the server started; guarded by itself. */
  private final Map<String, Network> optionsBy = new HashMap<>();

  GrowthLimits(Backend backend, ServiceLimits limits) {
    this.backend = backend;
    this.limits = limits;
    this.held = new HeldLeases(limits.leases(), System::nanoTime);
  }

  /** Returns how much of a limit one network may have, so that it leaves the rest to others. */
  static int share(int limit) {
    return (limit + 1) / 2;
  }

  void setOptions(Network client, String type, TypeOptions options) {
    int fields = options.indexedFields().size();
    if (fields > limits.indexedFields()) {
      throw new LimitExceededException(
          "options.indexable_fields", fields, limits.indexedFields(), "fields");
    }
    if (options.equals(TypeOptions.NONE) || backend.options().containsKey(type)) {
      backend.setOptions(type, options);
      return;
    }
    synchronized (optionsBy) { // otherwise two concurrent calls could both take the last place
      checkPlace(client, backend.options().keySet());
      backend.setOptions(type, options);
      optionsBy.put(type, client);
    }
  }

  private void checkPlace(Network client, Set<String> types) {
    int most = limits.typesWithOptions();
    if (types.size() >= most) {
      throw Statuses.limit(TOO_MANY_TYPES, "types with options", most);
    }
    optionsBy.keySet().retainAll(types);
    if (Collections.frequency(optionsBy.values(), client) >= share(most)) {
      throw Statuses.limit(TOO_MANY_TYPES, "types with options of one address", share(most));
    }
  }

  @Nullable Lease acquireLease(Network client, String name, Duration duration) {
    checkDuration(duration);
    held.begin(client);
    Lease lease = null;
    try {
      lease = backend.acquireLease(name, duration);
      return lease;
    } finally {
      if (lease == null) {
        held.giveUp(client);
      } else {
        held.acquired(name, client, lease.token(), duration);
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

  void releaseLease(String name, long token) {
    if (backend.releaseLease(name, token)) {
      held.released(token);
    }
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
