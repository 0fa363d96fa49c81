package io.databroker.offheap.journal;

import io.databroker.offheap.memory.Region;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Finds the end of the allocated blocks of a segment. A segment that was being written when the
 * process ended has a hole after them, and reading a hole of a full tmpfs through a mapping crashes
 * the JVM. So this class reads by calls.
 */
public final class WrittenEnd {
  private static final int BLOCK = 1 << 20;
  private static final int PAGE = 4096;

  private WrittenEnd() {}

  /** Returns the offset before which a mapping of the given segment can be read safely. */
  public static long of(Chain.Link link, long salt) throws IOException {
    long size = link.size();
    if (link.header().compacted()) {
      return size; // a compacted segment was complete before it got its name
    }
    long length = pageUp(lastNotZero(link.path(), size), size);
    while (length < size) {
      long needed = needed(link, salt, length);
      if (needed <= length) {
        return length;
      }
      length = needed; // zeros at the end of a frame are part of it
    }
    return size;
  }

  private static long pageUp(long offset, long size) {
    return Math.min(size, Math.max(Segment.HEADER, (offset + PAGE - 1) / PAGE * PAGE));
  }

  /**
   * Returns the end of the frame that begins before {@code length} and continues after it with
   * zeros, if the frame is whole; otherwise {@code length}. The rest of an interrupted write may be
   * a hole.
   */
  private static long needed(Chain.Link link, long salt, long length) throws IOException {
    long at = endOfWhole(link, salt, length);
    if (at + Frame.HEADER > length) {
      return length; // a header has more than zeros after its first bytes
    }
    long end = at + Math.max(0, claimed(link.path(), at));
    if (end <= length || end > link.size() || endOfWhole(link, salt, end) < end) {
      return length;
    }
    return makeBlocks(link.path(), length, end) ? end : length;
  }

  /** Returns the end of the last whole frame, in a copy that was read by calls. */
  private static long endOfWhole(Chain.Link link, long salt, long length) throws IOException {
    Region copy = Region.read(link.path(), length);
    try {
      FrameReader frames = new FrameReader(copy, length, link.header(), salt, new CRC32C());
      while (frames.next()) {
        // to the end
      }
      return frames.offset();
    } finally {
      copy.free();
    }
  }

  private static int claimed(Path file, long at) throws IOException {
    try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
      reader.seek(at + Frame.LENGTH);
      return Integer.reverseBytes(reader.readInt());
    }
  }

  /**
   * Overwrites a range of zeros with zeros, which allocates its blocks; returns false if the disk
   * has none.
   */
  private static boolean makeBlocks(Path file, long from, long to) {
    try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
      writer.seek(from);
      writer.write(new byte[(int) (to - from)]);
      return true;
    } catch (IOException full) {
      return false; // the write was interrupted, so it was never acknowledged
    }
  }

  /** Returns the end of the last byte that is not zero. */
  static long lastNotZero(Path file, long size) throws IOException {
    byte[] block = new byte[(int) Math.min(size, BLOCK)];
    try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
      for (long end = size; end > 0; ) {
        int part = (int) Math.min(block.length, end);
        reader.seek(end - part);
        reader.readFully(block, 0, part);
        for (int i = part - 1; i >= 0; i--) {
          if (block[i] != 0) {
            return end - part + i + 1;
          }
        }
        end -= part;
      }
    }
    return 0;
  }
}
