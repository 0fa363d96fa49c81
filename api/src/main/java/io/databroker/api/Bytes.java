package io.databroker.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable sequence of bytes: what goes in is copied, and nothing handed out can change it.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class Bytes {
  /** No bytes. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private static final int SHOWN = 16;

  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  /** A copy of that array. */
  public static Bytes copyOf(byte[] content) {
    byte[] given = Require.nonNull("content", content);
    return given.length == 0 ? EMPTY : new Bytes(given.clone());
  }

  /** A copy of what remains in that buffer, whose position stays where it is. */
  public static Bytes copyOf(ByteBuffer content) {
    ByteBuffer given = Require.nonNull("content", content);
    if (!given.hasRemaining()) {
      return EMPTY;
    }
    byte[] copy = new byte[given.remaining()];
    given.get(given.position(), copy);
    return new Bytes(copy);
  }

  /** The UTF-8 bytes of that text. */
  public static Bytes utf8(String text) {
    return new Bytes(Require.nonNull("text", text).getBytes(StandardCharsets.UTF_8));
  }

  /** How many bytes. */
  public int size() {
    return content.length;
  }

  /**
   * The byte at that index.
   *
   * @throws IndexOutOfBoundsException if there is none
   */
  public byte at(int index) {
    return content[index];
  }

  /** A read-only view from the first byte to the last; nothing is copied. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(content).asReadOnlyBuffer();
  }

  /** A copy. */
  public byte[] toByteArray() {
    return content.clone();
  }

  /** The bytes read as UTF-8. */
  public String toUtf8() {
    return new String(content, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof Bytes that && Arrays.equals(content, that.content));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  /** The size and the first bytes, in hexadecimal. */
  @Override
  public String toString() {
    String hex = HexFormat.of().formatHex(content, 0, Math.min(SHOWN, content.length));
    return content.length + " bytes " + hex + (content.length > SHOWN ? "…" : "");
  }
}
