package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * Open backend with its provider, capabilities and limits.
 *
 * @param backend the backend behind argument checks
 * @param leases keeps leases in this backend
 * @param provider the provider that opened it
 * @param capabilities its capabilities
 * @param limits its limits
 */
public record OpenedBackend(
    Backend backend,
    LeaseKeeper leases,
    DiscoveredProvider provider,
    Set<Capability> capabilities,
    Limits limits) {
  /** Copies the set. */
  public OpenedBackend {
    capabilities = Collections.unmodifiableSet(new TreeSet<>(capabilities));
  }
}
