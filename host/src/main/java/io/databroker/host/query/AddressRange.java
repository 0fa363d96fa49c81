package io.databroker.host.query;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IPv4 or IPv6 addresses that share a prefix; a single address is the longest prefix.
 * Its text, which is what an index holds, is the same for all ways to write the same range: the
 * address in its shortest form with the bits behind the prefix cleared, a slash, and the length.
 *
 * <p>An IPv4-mapped IPv6 address or range ({@code ::ffff:10.0.0.0/104}) is the IPv4 one ({@code
 * 10.0.0.0/8}). Apart from that the families never meet: {@code ::/0} holds no IPv4 address.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class AddressRange {
  private static final Pattern IPV4 =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  private static final Pattern LENGTH = Pattern.compile("0|[1-9]\\d{0,2}");
  private static final int LONGEST = 45;
  private static final int MAPPED_BITS = 96;

  /** Four bytes or sixteen, those behind the prefix 0. */
  private final byte[] bits;

  private final int length;

  private AddressRange(byte[] address, int length) {
    this.bits = masked(address, length);
    this.length = length;
  }

  /**
   * The range that a text names: an address, or an address, a slash and the length of the prefix.
   *
   * @return nothing if it names none; a name, a zone and leading zeros of IPv4 are not understood
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

  /** The bytes of an address; none if that is none. */
  private static byte[] address(String text) {
    if (text.length() > LONGEST) {
      return new byte[0];
    }
    Matcher ipv4 = IPV4.matcher(text);
    if (ipv4.matches()) {
      return ipv4(ipv4);
    }
    return IPV6.matcher(text).matches() ? ipv6(text) : new byte[0];
  }

  private static byte[] ipv4(Matcher text) {
    byte[] address = new byte[4];
    for (int i = 0; i < address.length; i++) {
      String part = text.group(i + 1);
      int value = Integer.parseInt(part);
      if (value > 255 || (part.length() > 1 && part.charAt(0) == '0')) {
        return new byte[0]; // "010" is 8 to some and 10 to others
      }
      address[i] = (byte) value;
    }
    return address;
  }

  /** A text with a colon is an address or an error: nobody is asked for a name. */
  private static byte[] ipv6(String text) {
    byte[] address;
    try {
      address = InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      return new byte[0];
    }
    if (address.length == 4) {
      byte[] mapped = new byte[16]; // as it was written: the length counts from there
      mapped[10] = (byte) 0xff;
      mapped[11] = (byte) 0xff;
      System.arraycopy(address, 0, mapped, 12, 4);
      return mapped;
    }
    return address;
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

  /** How many bits its addresses share. */
  public int length() {
    return length;
  }

  /** Whether every address of the other range is in this one. */
  public boolean contains(AddressRange other) {
    return other.bits.length == bits.length
        && other.length >= length
        && Arrays.equals(masked(other.bits, length), bits);
  }

  /** The texts of all ranges that contain this one, itself included, the longest prefix first. */
  public List<String> prefixes() {
    List<String> prefixes = new ArrayList<>(length + 1);
    for (int shorter = length; shorter >= 0; shorter--) {
      prefixes.add(new AddressRange(bits, shorter).toString());
    }
    return prefixes;
  }

  /** The records of the longest range that contains this one, by the field that holds ranges. */
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

  /** Its text; {@link #parse} of it answers this range. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(LONGEST);
    if (bits.length == 4) {
      for (int i = 0; i < bits.length; i++) {
        text.append(i == 0 ? "" : ".").append(bits[i] & 0xff);
      }
    } else {
      ipv6(text);
    }
    return text.append('/').append(length).toString();
  }

  /** The first of the longest runs of zeros, of two at least, is left out. */
  private void ipv6(StringBuilder text) {
    int from = 0;
    int to = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && group(end) == 0) {
        end++;
      }
      if (end - i > to - from) {
        from = i;
        to = end;
      }
    }
    boolean shortened = to - from > 1;
    for (int i = 0; i < 8; i++) {
      if (shortened && i == from) {
        text.append("::");
        i = to - 1;
      } else {
        boolean first = i == 0 || (shortened && i == to);
        text.append(first ? "" : ":").append(Integer.toHexString(group(i)));
      }
    }
  }

  private int group(int index) {
    return (bits[2 * index] & 0xff) << Byte.SIZE | (bits[2 * index + 1] & 0xff);
  }
}
