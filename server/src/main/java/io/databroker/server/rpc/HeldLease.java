package io.databroker.server.rpc;

import java.time.Duration;

/**
 * Lease that is held, for people to look at.
 *
 * @param name the name of the lease
 * @param left time until it ends, unless it is renewed
 */
public record HeldLease(String name, Duration left) {}
