package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts accepted connections, in total and by client address.
 *
 * <p>When the limit is reached, a new connection displaces the oldest one without a handshake. If
 * there is none, it displaces one without calls. So idle connections cannot block others.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Admission {
  /**
   * Time without calls after which a new connection may displace a connection when the limit is
   * reached.
   */
  static final long LEAST_IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Share of the connections that may be without a handshake. */
  private static final int HANDSHAKE_SHARE = 8;

  /**
   * Both ends of a connection. The client's end alone does not identify it: a client can connect
   * from one port to several addresses of the server.
   */
  private record Ends(SocketAddress client, SocketAddress server) {
    static @Nullable Ends of(@Nullable SocketAddress client, @Nullable SocketAddress server) {
      return client == null || server == null ? null : new Ends(client, server);
    }
  }

  private record Accepted(Channel channel, Ends ends, Network network) {}

  private final NetworkLimits limits;
  private final Map<Ends, Accepted> open = new HashMap<>();
  private final Map<Ends, Accepted> withoutHandshake = new LinkedHashMap<>();
  private final Map<Ends, Connection> ready = new HashMap<>();
  private final Map<Network, Integer> perNetwork = new HashMap<>();
  private final LongSupplier nanoTime;

  Admission(NetworkLimits limits) {
    this(limits, System::nanoTime);
  }

  Admission(NetworkLimits limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  private static @Nullable Accepted accepted(Channel channel) {
    Ends ends = Ends.of(channel.remoteAddress(), channel.localAddress());
    return ends == null ? null : new Accepted(channel, ends, Network.of(ends.client));
  }

  /**
   * Counts a connection, which may displace one without a handshake; returns false if it is
   * rejected.
   */
  boolean admit(Channel channel) {
    Accepted accepted = accepted(channel);
    if (accepted == null) {
      return false; // its client has already left
    }
    Channel displaced;
    Connection idle = null;
    synchronized (this) {
      boolean networkFull =
          perNetwork.getOrDefault(accepted.network, 0) >= limits.connectionsPerAddress();
      boolean full = networkFull || open.size() >= limits.connections();
      boolean crowded =
          withoutHandshake.size() >= Math.max(1, limits.connections() / HANDSHAKE_SHARE);
      displaced = full || crowded ? displace(networkFull ? accepted.network : null) : null;
      if (full && displaced == null) {
        idle = displaceIdle(networkFull ? accepted.network : null);
        if (idle == null) {
          return false;
        }
      }
      add(accepted);
      withoutHandshake.put(accepted.ends, accepted);
    }
    if (idle != null) {
      idle.leaveIdle();
    }
    if (displaced != null) {
      Channel gone = displaced;
      gone.eventLoop().execute(() -> gone.unsafe().close(gone.voidPromise()));
    }
    return true;
  }

  /** Forgets the oldest connection without a handshake, of that network if one is given. */
  private @Nullable Channel displace(@Nullable Network network) {
    for (Accepted oldest : withoutHandshake.values()) {
      if (oldest.channel.isRegistered() && (network == null || network.equals(oldest.network))) {
        remove(oldest);
        return oldest.channel;
      }
    }
    return null;
  }

  /**
   * Removes the connection that has been without a call for the longest time, if it is idle for
   * long enough.
   */
  private @Nullable Connection displaceIdle(@Nullable Network network) {
    long now = nanoTime.getAsLong();
    long longest = LEAST_IDLE_NANOS;
    Accepted displaced = null;
    Connection connection = null;
    for (Map.Entry<Ends, Connection> each : ready.entrySet()) {
      Accepted accepted = open.get(each.getKey());
      if (accepted != null && (network == null || network.equals(accepted.network))) {
        long idle = each.getValue().idleFor(now);
        if (idle >= longest) {
          longest = idle;
          displaced = accepted;
          connection = each.getValue();
        }
      }
    }
    if (displaced != null) {
      remove(displaced);
    }
    return connection;
  }

  private void add(Accepted accepted) {
    Accepted former = open.get(accepted.ends);
    if (former != null) { // its client has left and connected again from the same port
      remove(former);
    }
    open.put(accepted.ends, accepted);
    perNetwork.merge(accepted.network, 1, Integer::sum);
  }

  private void remove(Accepted accepted) {
    open.remove(accepted.ends);
    withoutHandshake.remove(accepted.ends);
    ready.remove(accepted.ends);
    perNetwork.computeIfPresent(accepted.network, (same, count) -> count == 1 ? null : count - 1);
  }

  /** Counts again a connection that was chosen for removal but has a call by now. */
  synchronized void stays(Channel channel, Connection connection) {
    Accepted accepted = accepted(channel);
    if (accepted != null && channel.isOpen() && !open.containsKey(accepted.ends)) {
      add(accepted);
      ready.put(accepted.ends, connection);
    }
  }

  /** Forgets a closed connection, unless another connection has taken over its addresses. */
  synchronized void forget(Channel channel) {
    Ends ends = Ends.of(channel.remoteAddress(), channel.localAddress());
    Accepted accepted = ends == null ? null : open.get(ends);
    if (accepted != null && accepted.channel == channel) {
      remove(accepted);
    }
  }

  /**
   * Returns the channel between two addresses after its handshake; null if it is already closed.
   */
  synchronized @Nullable Channel handshakeDone(
      @Nullable SocketAddress client, @Nullable SocketAddress server) {
    Ends ends = Ends.of(client, server);
    if (ends == null) {
      return null;
    }
    withoutHandshake.remove(ends);
    Accepted accepted = open.get(ends);
    return accepted == null ? null : accepted.channel;
  }

  /** Records the connection of a channel, which may be removed while it has no call. */
  synchronized void ready(Channel channel, Connection connection) {
    Ends ends = Ends.of(channel.remoteAddress(), channel.localAddress());
    Accepted accepted = ends == null ? null : open.get(ends);
    if (accepted != null && accepted.channel == channel) {
      ready.put(accepted.ends, connection);
    }
  }

  synchronized int count() {
    return open.size();
  }
}
