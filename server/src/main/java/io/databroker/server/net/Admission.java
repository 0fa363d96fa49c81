package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts accepted connections, in all and by client address.
 *
 * <p>When the limit is reached, a new connection displaces one without a handshake, the oldest
 * first, or otherwise one without calls, so that idle connections cannot block others.
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
   * Network of a client: an IPv4 address, or an IPv6 /64, because one client has that many
   * addresses.
   */
  private record Network(ByteBuffer prefix) {
    static Network of(@Nullable SocketAddress remote) {
      InetAddress address = remote instanceof InetSocketAddress inet ? inet.getAddress() : null;
      if (address == null) {
        return new Network(ByteBuffer.allocate(0));
      }
      byte[] bytes = address.getAddress();
      int length = address instanceof Inet6Address ? 8 : bytes.length;
      return new Network(ByteBuffer.wrap(bytes, 0, length));
    }
  }

  private record Accepted(Channel channel, Network network) {}

  private final NetworkLimits limits;
  private final Map<SocketAddress, Accepted> open = new HashMap<>();
  private final Map<SocketAddress, Accepted> withoutHandshake = new LinkedHashMap<>();
  private final Map<SocketAddress, Connection> ready = new HashMap<>();
  private final Map<Network, Integer> perNetwork = new HashMap<>();
  private final LongSupplier nanoTime;

  Admission(NetworkLimits limits) {
    this(limits, System::nanoTime);
  }

  Admission(NetworkLimits limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /**
   * Counts a connection, which may displace one without a handshake; returns false if it is
   * rejected.
   */
  boolean admit(Channel channel) {
    SocketAddress remote = channel.remoteAddress();
    if (remote == null) {
      return false; // its client has already left
    }
    Accepted accepted = new Accepted(channel, Network.of(remote));
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
      add(remote, accepted);
      withoutHandshake.put(remote, accepted);
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
    for (Map.Entry<SocketAddress, Accepted> each : withoutHandshake.entrySet()) {
      Accepted oldest = each.getValue();
      if (oldest.channel.isRegistered() && (network == null || network.equals(oldest.network))) {
        forget(each.getKey(), oldest.channel);
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
    SocketAddress place = null;
    for (Map.Entry<SocketAddress, Connection> each : ready.entrySet()) {
      Accepted accepted = open.get(each.getKey());
      if (accepted != null && (network == null || network.equals(accepted.network))) {
        long idle = each.getValue().idleFor(now);
        if (idle >= longest) {
          longest = idle;
          place = each.getKey();
        }
      }
    }
    Accepted displaced = place == null ? null : open.get(place);
    if (place == null || displaced == null) {
      return null;
    }
    Connection connection = ready.get(place);
    forget(place, displaced.channel);
    return connection;
  }

  private void add(SocketAddress remote, Accepted accepted) {
    Accepted former = open.put(remote, accepted);
    if (former != null) { // its client has left and connected again from the same port
      withoutHandshake.remove(remote);
      ready.remove(remote);
      uncount(former.network);
    }
    perNetwork.merge(accepted.network, 1, Integer::sum);
  }

  /** Counts a connection again that was chosen for removal but has a call by now. */
  synchronized void stays(SocketAddress remote, Channel channel, Connection connection) {
    if (channel.isOpen() && !open.containsKey(remote)) {
      add(remote, new Accepted(channel, Network.of(remote)));
      ready.put(remote, connection);
    }
  }

  /** Forgets a connection that is closed; one that took over its address stays. */
  synchronized void forget(SocketAddress remote, Channel channel) {
    Accepted accepted = open.get(remote);
    if (accepted != null && accepted.channel == channel) {
      open.remove(remote);
      withoutHandshake.remove(remote);
      ready.remove(remote);
      uncount(accepted.network);
    }
  }

  private void uncount(Network network) {
    perNetwork.computeIfPresent(network, (same, count) -> count == 1 ? null : count - 1);
  }

  /**
   * Returns the channel of a client's address after its handshake; null if it is already closed.
   */
  synchronized @Nullable Channel handshakeDone(SocketAddress remote) {
    withoutHandshake.remove(remote);
    Accepted accepted = open.get(remote);
    return accepted == null ? null : accepted.channel;
  }

  /** Records the connection of a client's address, which may be removed while it has no call. */
  synchronized void ready(SocketAddress remote, Connection connection) {
    if (open.containsKey(remote)) {
      ready.put(remote, connection);
    }
  }

  synchronized int count() {
    return open.size();
  }
}
