package io.databroker.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/** Immutable sequence of bytes. It copies its input, and callers cannot change it. */
public final class Bytes {
  /** No bytes. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private static final int SHOWN = 16;

  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  /** Copies an array. */
  public static Bytes copyOf(byte[] content) {
    byte[] given = Require.nonNull("content", content);
    return given.length == 0 ? EMPTY : new Bytes(given.clone());
  }

  /**
   * Copies a range of an array.
   *
   * @param from index of the first byte
   * @param to index after the last byte
   * @throws IndexOutOfBoundsException if the range is not within the array
   */
  public static Bytes copyOf(byte[] content, int from, int to) {
    byte[] given = Require.nonNull("content", content);
    Objects.checkFromToIndex(from, to, given.length);
    return from == to ? EMPTY : new Bytes(Arrays.copyOfRange(given, from, to));
  }

  /** Copies the remaining bytes of a buffer; the position of the buffer does not move. */
  public static Bytes copyOf(ByteBuffer content) {
    ByteBuffer given = Require.nonNull("content", content);
    if (!given.hasRemaining()) {
      return EMPTY;
    }
    byte[] copy = new byte[given.remaining()];
    given.get(given.position(), copy);
    return new Bytes(copy);
  }

  /**
   * Encodes a text as UTF-8.
   *
   * @throws InvalidArgumentException if it has a lone surrogate, which UTF-8 cannot express
   */
  public static Bytes utf8(String text) {
    String given = Require.nonNull("text", text);
    for (int i = 0; i < given.length(); i++) {
      if (Character.isSurrogate(given.charAt(i))) {
        if (Character.charCount(given.codePointAt(i)) == 1) {
          throw new InvalidArgumentException("text", given, "pair the surrogate at index " + i);
        }
        i++;
      }
    }
    return new Bytes(given.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the number of bytes. */
  public int size() {
    return content.length;
  }

  /**
   * Returns the byte at the given index.
   *
   * @throws IndexOutOfBoundsException if there is no such byte
   */
  public byte at(int index) {
    return content[index];
  }

  /** Returns a read-only view of all bytes, without a copy. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(content).asReadOnlyBuffer();
  }

  /** Returns a copy as an array. */
  public byte[] toByteArray() {
    return content.clone();
  }

  /**
   * Decodes the bytes as UTF-8, for people to read: bytes that are not UTF-8 become U+FFFD. To
   * write the text back, decode the bytes with a codec that rejects such bytes instead.
   */
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

  /** Returns the size and the first bytes, in hexadecimal. */
  @Override
  public String toString() {
    String hex = HexFormat.of().formatHex(content, 0, Math.min(SHOWN, content.length));
    return content.length + " bytes " + hex + (content.length > SHOWN ? "…" : "");
  }
}
