package io.databroker.host.copy;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Header of a block of a backup file.
 *
 * @param kind the kind of the block
 * @param number the place of the block in the file, from 0
 * @param length the compressed length of the content, in bytes
 * @param plainLength the length of the content before compression
 * @param checksum the CRC32C of the compressed content
 */
record BlockHeader(int kind, int number, int length, int plainLength, int checksum) {
  static final int SIZE = 24;
  private static final int CHECKED = SIZE - Integer.BYTES;

  /** More than the largest factor by which Deflate compresses. */
  private static final long DENSEST = 1_100;

  /** Returns the header as bytes, with a checksum that also covers its place in the file. */
  ByteBuffer encode(long offset) {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    bytes.putInt(kind).putInt(number).putInt(length).putInt(plainLength).putInt(checksum);
    bytes.putInt(sum(bytes.array(), offset)).flip();
    return bytes;
  }

  /** Returns the header in these bytes, or null if they are not a header of the given place. */
  static @Nullable BlockHeader decode(byte[] bytes, long offset) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    BlockHeader header =
        new BlockHeader(in.getInt(), in.getInt(), in.getInt(), in.getInt(), in.getInt());
    return in.getInt() == sum(bytes, offset) ? header : null;
  }

  /** Returns whether there can be such a block; its lengths are then no larger than the file. */
  boolean isPossible() {
    return length >= 0 && plainLength >= 0 && plainLength <= DENSEST * (length + 1L);
  }

  private static int sum(byte[] bytes, long offset) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, offset));
    crc.update(bytes, 0, CHECKED);
    return (int) crc.getValue();
  }
}
