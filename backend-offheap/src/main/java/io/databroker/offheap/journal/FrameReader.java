package io.databroker.offheap.journal;

import io.databroker.offheap.memory.Region;
import java.util.Locale;
import java.util.zip.CRC32C;

/** Reads a segment's frames in order, and verifies each. */
public final class FrameReader {
  private static final String UNREADABLE = "the disk cannot read the bytes there";

  private final Region data;
  private final long limit;
  private final SegmentHeader header;
  private final long salt;
  private final CRC32C checksum;
  private long sequence;
  private long at = Segment.HEADER;
  private int length;
  private String problem = "";
  private final byte[] copy = new byte[Tuning.READ_BYTES];

  /**
   * @param limit end of the readable part: after it, the mapping may show no part of the file or a
   *     hole of a full disk, and reading either would crash the JVM
   */
  public FrameReader(Region data, long limit, SegmentHeader header, long salt, CRC32C checksum) {
    this.data = data;
    this.limit = limit;
    this.header = header;
    this.salt = salt;
    this.checksum = checksum;
    this.sequence = header.compacted() ? 0 : header.sequence();
  }

  /**
   * Continues at a frame that was found before, which follows the frame with the given sequence
   * number.
   */
  void startAt(long offset, long behind) {
    at = offset;
    length = 0;
    sequence = behind;
  }

  /** Moves to the next frame; returns false at the end, or at an invalid frame. */
  public boolean next() {
    try {
      boolean found = advance();
      if (!found && Region.takeFault()) {
        problem = UNREADABLE;
      }
      return found;
    } catch (InternalError fault) {
      length = 0;
      problem = UNREADABLE;
      return false;
    }
  }

  private boolean advance() {
    at += length;
    length = 0;
    if (at + Frame.HEADER > limit) {
      problem = isBlank() ? "" : "a frame is cut short";
      return false;
    }
    int claimed = data.getInt(at + Frame.LENGTH);
    if (claimed == 0) {
      return false;
    }
    if (claimed < Frame.HEADER || claimed % 8 != 0 || claimed > limit - at) {
      problem = "a frame claims a length of " + claimed;
      return false;
    }
    long place = Journal.place(header.order(), header.compacted(), at);
    Frame.beginChecksum(checksum, salt, place, claimed);
    data.addTo(checksum, at + Frame.SEQUENCE, claimed - Frame.SEQUENCE, copy);
    if (data.getInt(at + Frame.CHECKSUM) != (int) checksum.getValue()) {
      problem = String.format(Locale.ROOT, "the checksum of a frame of %d bytes is wrong", claimed);
      return false;
    }
    if (data.getLong(at + Frame.SEQUENCE) != sequence + 1) {
      problem =
          String.format(
              Locale.ROOT,
              "frame %d follows frame %d",
              data.getLong(at + Frame.SEQUENCE),
              sequence);
      return false;
    }
    length = claimed;
    sequence++;
    return true;
  }

  /** Returns whether all bytes up to the limit are zero. */
  private boolean isBlank() {
    byte[] rest = new byte[(int) Math.max(0, limit - at)];
    data.get(at, rest, rest.length);
    for (byte one : rest) {
      if (one != 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the problem at {@link #offset}; empty at the ordinary end. */
  public String problem() {
    return problem;
  }

  /**
   * Returns the offset of the frame; after the last frame, the offset where the next one would
   * begin.
   */
  public long offset() {
    return at;
  }

  /** Returns the size of the frame. */
  int length() {
    return length;
  }

  /** Returns the sequence of the last frame that was read. */
  public long sequence() {
    return sequence;
  }

  public Frame.Kind kind() {
    return Frame.Kind.of(data.getInt(at + Frame.KIND));
  }

  public int count() {
    return data.getInt(at + Frame.COUNT);
  }

  public byte[] body() {
    byte[] content = new byte[data.getInt(at + Frame.HEADER)];
    data.get(at + Frame.HEADER + Integer.BYTES, content, content.length);
    return content;
  }
}
