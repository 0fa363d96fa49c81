package io.databroker.server.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.TypeConversionException;

/**
 * Host and port, as {@code 127.0.0.1:5443}, {@code [::1]:5443} or {@code localhost:5443}.
 *
 * @param host without brackets
 * @param port the port; 0 for any free one
 */
record Address(String host, int port) {
  static final String DEFAULT = "127.0.0.1:5443";

  InetSocketAddress resolve() throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByName(host), port);
  }

  Address withPort(int other) {
    return new Address(host, other);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty() || (host.contains(":") && !bracketed)) {
      throw new TypeConversionException("'" + text + "' is not HOST:PORT, such as " + DEFAULT);
    }
    String digits = text.substring(colon + 1);
    if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65_535) {
      throw new TypeConversionException("'" + digits + "' is not a port; give 0 to 65535");
    }
    return new Address(host, Integer.parseInt(digits));
  }
}
