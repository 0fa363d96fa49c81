package io.databroker.server.net;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionHandler;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections and the bytes that they hold in all.
 *
 * <p>When the transport's buffers are full, the connection that holds the most is cut off, so that
 * one client that does not read, or does not finish what it sends, costs no other its service.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class Connections extends ServerTransportFilter {
  private static final Logger log = LoggerFactory.getLogger(Connections.class);

  /** An answer up to this size needs no room: a health check's, or that of a small get. */
  private static final long SMALL = 64 << 10;

  /** A reader that holds buffers for which others wait is cut off after this much stalling. */
  private static final long PRESSED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Waiting(Executor executor, Runnable task) {}

  private final NetworkLimits limits;
  private final Admission admission;
  private final Set<Connection> ready = ConcurrentHashMap.newKeySet();
  private final AtomicLong unsent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final AtomicInteger calls = new AtomicInteger();
  private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiters = new AtomicInteger();

  /** No connection is open yet. */
  public Connections(NetworkLimits limits) {
    this.limits = limits;
    this.admission = new Admission(limits);
  }

  NetworkLimits limits() {
    return limits;
  }

  Admission admission() {
    return admission;
  }

  /** Called by gRPC when a client's HTTP/2 settings have come, on the connection's event loop. */
  @Override
  public Attributes transportReady(Attributes attributes) {
    SocketAddress remote = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    Channel channel = remote == null ? null : admission.handshakeDone(remote);
    Connection connection = new Connection(this, channel);
    if (channel != null) {
      guard(channel, connection);
    }
    ready.add(connection);
    return attributes.toBuilder().set(Connection.KEY, connection).build();
  }

  private static void guard(Channel channel, Connection connection) {
    Http2ConnectionHandler handler = channel.pipeline().get(Http2ConnectionHandler.class);
    if (handler != null) {
      handler
          .decoder()
          .frameListener(new FloodGuard(handler.decoder().frameListener(), connection));
    }
  }

  @Override
  public void transportTerminated(@Nullable Attributes attributes) {
    Connection connection = attributes == null ? null : attributes.get(Connection.KEY);
    if (connection != null) {
      ready.remove(connection);
      connection.calls().forEach(connection::close);
      connection.gone();
      roomAgain();
    }
  }

  boolean openCall() {
    if (calls.incrementAndGet() > limits.calls()) {
      calls.decrementAndGet();
      return false;
    }
    return true;
  }

  void closeCall() {
    calls.decrementAndGet();
  }

  void addUnsent(long bytes) {
    unsent.addAndGet(bytes);
  }

  /** Whether the limit is exceeded by it. */
  boolean addReceived(long bytes) {
    return received.addAndGet(bytes) > limits.received() && bytes > 0;
  }

  boolean hasRoom(long bytes) {
    return bytes <= SMALL || unsent.get() + Math.min(bytes, limits.unsent()) <= limits.unsent();
  }

  void whenRoom(Executor executor, Runnable task) {
    waiters.incrementAndGet();
    waiting.add(new Waiting(executor, task));
    if (hasRoom(SMALL + 1)) {
      roomAgain(); // room may have come before it was in the queue
    }
  }

  /** Runs those who wait for room; each looks for itself whether there is enough. */
  void roomAgain() {
    for (int most = waiters.get(); most > 0; most--) {
      Waiting next = waiting.poll();
      if (next == null) {
        return;
      }
      waiters.decrementAndGet();
      next.executor.execute(next.task);
    }
  }

  /** Cuts off the connection that holds the most of the transport's buffers. */
  void relieve(String reason) {
    Connection largest = null;
    for (Connection each : ready) {
      if (largest == null || each.held() > largest.held()) {
        largest = each;
      }
    }
    if (largest != null && largest.held() > 0) {
      cut(largest, reason);
    }
  }

  private void cut(Connection connection, String reason) {
    log.warn("cut off a connection: {}", reason);
    connection.cut(reason);
    roomAgain();
  }

  /** Ends calls and connections that have made no progress for too long; called often. */
  public void sweep() {
    long now = System.nanoTime();
    long request = limits.request().toNanos();
    long stall = limits.stall().toNanos();
    for (Connection connection : ready) {
      long stalled = connection.stalledFor(now);
      if (stalled > 2 * stall || (stalled > PRESSED_NANOS && waiters.get() > 0 && full())) {
        cut(connection, "reader-stalled: the client does not read its answers");
        continue;
      }
      for (OpenCall call : connection.calls()) {
        long since = call.waitingForRequestSince();
        long unread = call.unreadSince();
        if (since != 0 && now - since > request) {
          call.endIncomplete();
        } else if (unread != 0 && now - unread > stall) {
          call.endUnread();
        }
      }
    }
    if (hasRoom(SMALL + 1)) {
      roomAgain();
    }
  }

  private boolean full() {
    return unsent.get() >= limits.unsent() / 2;
  }

  /** Open connections, those without a handshake included. */
  public int count() {
    return admission.count();
  }

  /** Bytes of answers in the transport's buffers. */
  public long unsentBytes() {
    return unsent.get();
  }

  /** Bytes of unfinished requests in the transport's buffers. */
  public long receivedBytes() {
    return received.get();
  }

  /** Open calls. */
  public int calls() {
    return calls.get();
  }
}
