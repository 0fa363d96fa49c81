/**
 * The limits that keep one client from hurting another, below the services.
 *
 * <p>Read {@link io.databroker.server.net.NetworkLimits} first. {@link
 * io.databroker.server.net.Transport} builds the gRPC server: {@code AdmittingGroup} accepts or
 * rejects each connection, {@code FloodGuard} counts its frames, {@link
 * io.databroker.server.net.Connection} counts the memory that it holds, and {@link
 * io.databroker.server.net.Connections} cuts off the connection that holds too much. {@code
 * Watchdog} ends a process that can no longer serve.
 */
@NullMarked
package io.databroker.server.net;

import org.jspecify.annotations.NullMarked;
