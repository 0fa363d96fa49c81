package io.databroker.server.net;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Network of a client: an IPv4 address, or an IPv6 /64, because one client has that many addresses.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param bytes length of the prefix; 0 for a client without an address
 * @param prefix the first bytes of its address
 */
public record Network(int bytes, BigInteger prefix) {
  private static final int IPV6_BYTES = 8;

  /** Returns the network of a client's end of a connection. */
  public static Network of(@Nullable SocketAddress client) {
    InetAddress address = client instanceof InetSocketAddress inet ? inet.getAddress() : null;
    if (address == null) {
      return new Network(0, BigInteger.ZERO);
    }
    byte[] bytes = address.getAddress();
    int length = address instanceof Inet6Address ? IPV6_BYTES : bytes.length;
    return new Network(length, new BigInteger(Arrays.copyOf(bytes, length)));
  }
}
