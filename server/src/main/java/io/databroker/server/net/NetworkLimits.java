package io.databroker.server.net;

import io.databroker.api.InvalidArgumentException;
import java.time.Duration;

/**
 * Limits on connections, calls, and bytes in transit.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param connections open connections in total
 * @param connectionsPerAddress open connections from one client address
 * @param callsPerConnection open calls on one connection, watchers included
 * @param calls open calls in total, watchers included; the first few calls of each connection are
 *     exempt
 * @param times limits on time
 * @param room limits on bytes
 */
public record NetworkLimits(
    int connections,
    int connectionsPerAddress,
    int callsPerConnection,
    int calls,
    Times times,
    Room room) {
  /** Share of the direct memory for answers; requests get the same share. */
  private static final int SHARE = 4;

  /** Share of the heap for answers that wait. */
  private static final int WAITING_SHARE = 8;

  /** Share of the heap for large records that the transport reads. */
  private static final int RECORDS_SHARE = 4;

  private static final long LEAST = 8L << 20;

  /**
   * Heap for each open call. A call takes 4 to 6 KB, so all calls together take at most about a
   * third of the heap.
   */
  private static final long BYTES_PER_CALL = 16 << 10;

  private static final int MOST_CALLS = 50_000;
  private static final int FEWEST_CALLS = 1_000;

  /**
   * Limits on time.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param handshake time for a new connection to complete TLS and the HTTP/2 preface
   * @param idle time after which a connection without calls is closed
   * @param age time after which a connection is asked to reconnect; its open calls get {@code
   *     grace}
   * @param grace time for the open calls of a connection that is too old
   * @param request time for a request to arrive completely
   * @param stall time without any progress after which a reader is cut off
   */
  public record Times(
      Duration handshake,
      Duration idle,
      Duration age,
      Duration grace,
      Duration request,
      Duration stall) {
    /** Checks that every limit is positive. */
    public Times {
      positive("handshake", handshake.toMillis());
      positive("idle", idle.toMillis());
      positive("age", age.toMillis());
      positive("grace", grace.toMillis());
      positive("request", request.toMillis());
      positive("stall", stall.toMillis());
    }
  }

  /**
   * Limits on bytes in transit.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param unsentPerConnection bytes of answers that one connection may leave unread before its
   *     next calls wait
   * @param unsent bytes of answers in the transport's buffers in all
   * @param waiting bytes of answers in the heap that wait for room in the transport's buffers
   * @param records bytes of large records in the heap that are being sent
   * @param received bytes of unfinished requests in the transport's buffers in all
   */
  public record Room(
      long unsentPerConnection, long unsent, long waiting, long records, long received) {
    /** Checks that every limit is positive. */
    public Room {
      positive("unsentPerConnection", unsentPerConnection);
      positive("unsent", unsent);
      positive("waiting", waiting);
      positive("records", records);
      positive("received", received);
    }

    /**
     * Returns the bytes that count for one answer: at most {@code waiting}, so that a single answer
     * never exceeds the limit.
     */
    long countedAsWaiting(long answer) {
      return Math.max(-waiting, Math.min(waiting, answer));
    }
  }

  /** Checks that every limit is positive. */
  public NetworkLimits {
    positive("connections", connections);
    positive("connectionsPerAddress", connectionsPerAddress);
    positive("callsPerConnection", callsPerConnection);
    positive("calls", calls);
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new InvalidArgumentException(name, Long.toString(value), "give more than 0");
    }
  }

  /** Returns the defaults for a server with that many bytes of direct memory and of heap. */
  public static NetworkLimits standard(long directMemory, long heap) {
    long share = Math.max(LEAST, directMemory / SHARE);
    return new NetworkLimits(
        4_000,
        1_000,
        1_000,
        (int) Math.max(FEWEST_CALLS, Math.min(MOST_CALLS, heap / BYTES_PER_CALL)),
        new Times(
            Duration.ofSeconds(10),
            Duration.ofMinutes(10),
            Duration.ofHours(24),
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30)),
        new Room(
            Math.min(16L << 20, share / 4),
            share,
            Math.max(LEAST, heap / WAITING_SHARE),
            Math.max(LEAST, heap / RECORDS_SHARE),
            share));
  }
}
