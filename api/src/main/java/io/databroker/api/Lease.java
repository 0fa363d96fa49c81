package io.databroker.api;

import java.time.Instant;

/**
 * One holding of a name.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param name what is held
 * @param token the fencing token: greater than that of any earlier holding of any name (LEASE-2)
 * @param expiresAt when the holding ends unless renewed; at that instant it has ended (LEASE-4)
 */
public record Lease(String name, long token, Instant expiresAt) {
  /** Checks that nothing is null. */
  public Lease {
    Require.nonNull("name", name);
    Require.nonNull("expiresAt", expiresAt);
  }
}
