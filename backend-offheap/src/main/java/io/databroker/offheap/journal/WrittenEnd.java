package io.databroker.offheap.journal;

import io.databroker.offheap.memory.Region;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * How far a segment has blocks that hold something. A segment that was being written when the
 * process ended goes on with a hole, and to read a hole of a full tmpfs through a mapping crashes
 * the JVM; so this looks by calls.
 */
public final class WrittenEnd {
  private static final int BLOCK = 1 << 20;
  private static final int PAGE = 4096;

  private WrittenEnd() {}

  /** Returns the offset up to which that segment may be read through a mapping. */
  public static long of(Chain.Link link, long salt) throws IOException {
    long size = link.size();
    if (link.header().compacted()) {
      return size; // it was complete before it got its name
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
   * Returns the end of the frame that begins before {@code length} and goes on behind it with
   * zeros, if it is whole; else {@code length}. The rest of a frame whose write was cut off may be
   * a hole.
   */
  private static long needed(Chain.Link link, long salt, long length) throws IOException {
    long at = endOfWhole(link, salt, length);
    if (at + Frame.HEADER > length) {
      return length; // no header is zeros alone behind its first bytes
    }
    long end = at + Math.max(0, claimed(link.path(), at));
    if (end <= length || end > link.size() || endOfWhole(link, salt, end) < end) {
      return length;
    }
    return makeBlocks(link.path(), length, end) ? end : length;
  }

  /** Returns where the last whole frame ends, in a copy that is read by calls. */
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
   * Writes zeros that were read from a stretch; returns false if that has no blocks and gets none.
   */
  private static boolean makeBlocks(Path file, long from, long to) {
    try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
      writer.seek(from);
      writer.write(new byte[(int) (to - from)]);
      return true;
    } catch (IOException full) {
      return false; // the write was cut off, so nobody was told that it is there
    }
  }

  private static long lastNotZero(Path file, long size) throws IOException {
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
