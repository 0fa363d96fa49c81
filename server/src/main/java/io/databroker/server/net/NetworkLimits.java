package io.databroker.server.net;

import io.databroker.api.InvalidArgumentException;
import java.time.Duration;

/**
 * Limits on connections, calls, and bytes on their way.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param connections open connections in all
 * @param connectionsPerAddress open connections from one client address
 * @param callsPerConnection open calls on one connection, watchers included
 * @param calls open calls in all, watchers included
 * @param handshake time for a new connection to complete TLS and the HTTP/2 preface
 * @param idle time after which a connection without calls is closed
 * @param age time after which a connection is asked to reconnect; its open calls get {@code grace}
 * @param grace time for the open calls of a connection that is too old
 * @param request time for a request to arrive whole
 * @param stall time without any progress after which a reader is cut off
 * @param unsentPerConnection bytes of answers that one connection may leave unread before its next
 *     calls wait
 * @param unsent bytes of answers in the transport's buffers in all
 * @param received bytes of unfinished requests in the transport's buffers in all
 */
public record NetworkLimits(
    int connections,
    int connectionsPerAddress,
    int callsPerConnection,
    int calls,
    Duration handshake,
    Duration idle,
    Duration age,
    Duration grace,
    Duration request,
    Duration stall,
    long unsentPerConnection,
    long unsent,
    long received) {
  /** Share of the direct memory that answers, and again requests, may take. */
  private static final int SHARE = 4;

  private static final long LEAST = 8L << 20;

  /** Checks that every limit is positive. */
  public NetworkLimits {
    positive("connections", connections);
    positive("connectionsPerAddress", connectionsPerAddress);
    positive("callsPerConnection", callsPerConnection);
    positive("calls", calls);
    positive("handshake", handshake.toMillis());
    positive("idle", idle.toMillis());
    positive("age", age.toMillis());
    positive("grace", grace.toMillis());
    positive("request", request.toMillis());
    positive("stall", stall.toMillis());
    positive("unsentPerConnection", unsentPerConnection);
    positive("unsent", unsent);
    positive("received", received);
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new InvalidArgumentException(name, Long.toString(value), "give more than 0");
    }
  }

  /** Defaults for a server with that many bytes of direct memory. */
  public static NetworkLimits standard(long directMemory) {
    long share = Math.max(LEAST, directMemory / SHARE);
    return new NetworkLimits(
        4_000,
        1_000,
        1_000,
        50_000,
        Duration.ofSeconds(10),
        Duration.ofMinutes(10),
        Duration.ofHours(24),
        Duration.ofMinutes(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Math.min(16L << 20, share / 4),
        share,
        share);
  }

  /** The same with other limits on the number of connections. */
  public NetworkLimits withConnections(int most, int mostPerAddress) {
    return new NetworkLimits(
        most,
        mostPerAddress,
        callsPerConnection,
        calls,
        handshake,
        idle,
        age,
        grace,
        request,
        stall,
        unsentPerConnection,
        unsent,
        received);
  }

  /** The same with another limit on the calls of one connection. */
  public NetworkLimits withCallsPerConnection(int most) {
    return new NetworkLimits(
        connections,
        connectionsPerAddress,
        most,
        calls,
        handshake,
        idle,
        age,
        grace,
        request,
        stall,
        unsentPerConnection,
        unsent,
        received);
  }

  /** The same with other times. */
  public NetworkLimits withTimes(
      Duration newHandshake,
      Duration newIdle,
      Duration newAge,
      Duration newGrace,
      Duration newRequest,
      Duration newStall) {
    return new NetworkLimits(
        connections,
        connectionsPerAddress,
        callsPerConnection,
        calls,
        newHandshake,
        newIdle,
        newAge,
        newGrace,
        newRequest,
        newStall,
        unsentPerConnection,
        unsent,
        received);
  }
}
