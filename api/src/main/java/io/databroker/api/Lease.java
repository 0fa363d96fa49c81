package io.databroker.api;

import java.time.Instant;

/**
 * One holding of a lease.
 *
 * @param name the name of the lease
 * @param token the fencing token: greater than that of any earlier holding of any name (LEASE-2)
 * @param expiresAt the end of the holding, unless it is renewed; at that instant it is over
 *     (LEASE-4)
 */
public record Lease(String name, long token, Instant expiresAt) {
  /** Rejects null. */
  public Lease {
    Require.nonNull("name", name);
    Require.nonNull("expiresAt", expiresAt);
  }
}
