package io.databroker.offheap.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Header of a segment, in its first bytes.
 *
 * @param compacted whether the segment replaces several segments
 * @param begins whether a history begins with the segment
 * @param order its position in the journal
 * @param from the position of the first segment that it replaces
 * @param salt the name of its store
 * @param firstVersion lower bound of its versions
 * @param sequence the sequence of the last frame before it; in a compacted segment, of the last
 *     frame that it replaces
 */
public record SegmentHeader(
    boolean compacted,
    boolean begins,
    long order,
    long from,
    long salt,
    long firstVersion,
    long sequence) {
  public static final int FORMAT = 1;

  private static final long MAGIC = 0x4244_4F46_464C_4F4AL;
  private static final int CHECKED = 60;
  private static final int COMPACTED = 1;
  private static final int BEGINS = 2;

  public static byte[] bytes(SegmentHeader header) {
    ByteBuffer bytes = ByteBuffer.allocate(Segment.HEADER).order(ByteOrder.LITTLE_ENDIAN);
    bytes
        .putLong(MAGIC)
        .putInt(FORMAT)
        .putInt((header.compacted ? COMPACTED : 0) | (header.begins ? BEGINS : 0));
    bytes.putLong(header.order).putLong(header.from).putLong(header.salt);
    bytes.putLong(header.firstVersion).putLong(header.sequence).putInt(0);
    bytes.putInt(checksum(bytes.array()));
    return bytes.array();
  }

  private static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, CHECKED);
    return (int) checksum.getValue();
  }

  /** Returns the header in those bytes; null if they are not a header. */
  static @Nullable SegmentHeader read(byte[] content) {
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    if (content.length < Segment.HEADER
        || bytes.getLong(0) != MAGIC
        || bytes.getInt(8) != FORMAT
        || bytes.getInt(CHECKED) != checksum(content)) {
      return null;
    }
    int flags = bytes.getInt(12);
    return new SegmentHeader(
        (flags & COMPACTED) != 0,
        (flags & BEGINS) != 0,
        bytes.getLong(16),
        bytes.getLong(24),
        bytes.getLong(32),
        bytes.getLong(40),
        bytes.getLong(48));
  }

  /** Returns the format that the header in those bytes claims; -1 if they are not a header. */
  static int formatOf(byte[] content) {
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    return content.length >= 12 && bytes.getLong(0) == MAGIC ? bytes.getInt(8) : -1;
  }
}
