/**
 * Access to a server as a store to copy from or to. {@link io.databroker.server.remote.ServerEnd}
 * makes the calls, {@code ServerFeed} reads changes, and {@code CallFailures} converts errors.
 */
@NullMarked
package io.databroker.server.remote;

import org.jspecify.annotations.NullMarked;
