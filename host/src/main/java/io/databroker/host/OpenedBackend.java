package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import java.util.Set;

/**
 * An open backend and what its provider says of it.
 *
 * <p><b>Thread-safety:</b> immutable; the backend may be used by any thread.
 *
 * @param backend its arguments are checked before they reach it
 * @param leases keeps leases in it
 * @param provider where it came from
 * @param capabilities what it can do beyond the contract
 * @param limits what it accepts
 */
public record OpenedBackend(
    Backend backend,
    LeaseKeeper leases,
    DiscoveredProvider provider,
    Set<Capability> capabilities,
    Limits limits) {
  /** Takes an unmodifiable copy of the set. */
  public OpenedBackend {
    capabilities = Set.copyOf(capabilities);
  }
}
