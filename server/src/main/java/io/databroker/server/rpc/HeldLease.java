package io.databroker.server.rpc;

import java.time.Duration;

/**
 * Lease that is held, for people to look at.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param name the name of the lease
 * @param left time until it ends, unless it is renewed
 */
public record HeldLease(String name, Duration left) {}
