package io.databroker.server.rpc;

import java.time.Duration;

/**
 * Open Sync stream, for people to look at.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param from address and port of the client
 * @param type the type that it follows; empty for all types
 * @param open time since it began
 * @param version version of the last change that was taken from its feed to be sent
 * @param caughtUp whether everything was sent; otherwise there are changes that the client has not
 *     read yet
 */
public record Watcher(String from, String type, Duration open, long version, boolean caughtUp) {}
