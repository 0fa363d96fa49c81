package io.databroker.host.query;

import com.google.common.net.InetAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Range of IPv4 or IPv6 addresses with a common prefix; a single address has the longest prefix.
 * All spellings of a range have the same canonical text, which an index can hold: the shortest form
 * of the address with the bits after the prefix cleared, a slash, and the length of the prefix.
 *
 * <p>An IPv4-mapped IPv6 range ({@code ::ffff:10.0.0.0/104}) equals the IPv4 range ({@code
 * 10.0.0.0/8}). Otherwise the families are separate: {@code ::/0} contains no IPv4 address.
 */
public final class AddressRange {
  /** Characters of an address; Guava alone would also accept zones and digits of other scripts. */
  private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F:.]+");

  private static final Pattern LENGTH = Pattern.compile("0|[1-9]\\d{0,2}");
  private static final int LONGEST = 45;
  private static final int MAPPED_BITS = 96;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;
  private static final int NO_SCOPE = -1;

  /** Four or sixteen bytes; bits after the prefix are 0. */
  private final byte[] bits;

  private final int length;

  private AddressRange(byte[] address, int length) {
    this.bits = masked(address, length);
    this.length = length;
  }

  /**
   * Parses an address, or an address with a slash and the length of a prefix.
   *
   * @return the range, or empty if the text is neither; host names, zones and leading zeros in IPv4
   *     are not accepted
   */
  public static Optional<AddressRange> parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = address(slash < 0 ? text : text.substring(0, slash));
    if (address.length == 0) {
      return Optional.empty();
    }
    int bits = address.length * Byte.SIZE;
    int length = slash < 0 ? bits : length(text.substring(slash + 1));
    if (length < 0 || length > bits) {
      return Optional.empty();
    }
    if (length >= MAPPED_BITS && isMapped(address)) {
      return Optional.of(
          new AddressRange(
              Arrays.copyOfRange(address, MAPPED_BITS / Byte.SIZE, address.length),
              length - MAPPED_BITS));
    }
    return Optional.of(new AddressRange(address, length));
  }

  private static int length(String text) {
    return LENGTH.matcher(text).matches() ? Integer.parseInt(text) : -1;
  }

  /** Returns the bytes of an address, or no bytes if the text is not an address. */
  private static byte[] address(String text) {
    if (text.length() > LONGEST || !ADDRESS.matcher(text).matches()) {
      return new byte[0];
    }
    if (!InetAddresses.isInetAddress(text)) {
      return new byte[0];
    }
    byte[] address = InetAddresses.forString(text).getAddress();
    return address.length == IPV4_BYTES && text.indexOf(':') >= 0 ? mapped(address) : address;
  }

  /** Restores the sixteen bytes of an IPv4-mapped address: its prefix counts from there. */
  private static byte[] mapped(byte[] ipv4) {
    byte[] mapped = new byte[IPV6_BYTES];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    System.arraycopy(ipv4, 0, mapped, 12, IPV4_BYTES);
    return mapped;
  }

  private static boolean isMapped(byte[] address) {
    for (int i = 0; i < 10; i++) {
      if (address[i] != 0) {
        return false;
      }
    }
    return address[10] == (byte) 0xff && address[11] == (byte) 0xff;
  }

  private static byte[] masked(byte[] address, int length) {
    byte[] masked = address.clone();
    for (int i = 0; i < masked.length; i++) {
      int kept = Math.max(0, Math.min(Byte.SIZE, length - i * Byte.SIZE));
      masked[i] &= (byte) (0xff00 >> kept);
    }
    return masked;
  }

  /** Returns the length of the prefix, in bits. */
  public int length() {
    return length;
  }

  /** Returns whether this range contains every address of the other. */
  public boolean contains(AddressRange other) {
    return other.bits.length == bits.length
        && other.length >= length
        && Arrays.equals(masked(other.bits, length), bits);
  }

  /** Returns the texts of all ranges that contain this one and of itself, longest prefix first. */
  public List<String> prefixes() {
    List<String> prefixes = new ArrayList<>(length + 1);
    for (int shorter = length; shorter >= 0; shorter--) {
      prefixes.add(new AddressRange(bits, shorter).toString());
    }
    return prefixes;
  }

  /** Returns a filter for the longest range in {@code field} that contains this one. */
  public Filter longestIn(String field) {
    return Filter.firstOf(field, prefixes());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressRange that
        && length == that.length
        && Arrays.equals(bits, that.bits);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(bits) + length;
  }

  /** Returns the text, which {@link #parse} reads back. */
  @Override
  public String toString() {
    try {
      InetAddress address =
          bits.length == IPV4_BYTES
              ? InetAddress.getByAddress(bits)
              : Inet6Address.getByAddress(null, bits, NO_SCOPE);
      return InetAddresses.toAddrString(address) + "/" + length;
    } catch (UnknownHostException e) {
      throw new AssertionError("four and sixteen bytes are an address", e);
    }
  }
}
