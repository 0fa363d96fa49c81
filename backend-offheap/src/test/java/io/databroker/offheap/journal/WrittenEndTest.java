package io.databroker.offheap.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks how far a segment is mapped for reading. On a full tmpfs, reading a hole through a mapping
 * crashes the JVM.
 */
class WrittenEndTest {
  private static final int PAGE = 4096;
  private static final int SIZE = 16 * PAGE;
  private static final long SALT = 42;
  private static final SegmentHeader HEADER = new SegmentHeader(false, true, 1, 1, SALT, 1, 0);

  @TempDir Path directory;

  @Test
  void aWholeFrameIsReadableToItsEnd() throws IOException {
    byte[] frame = frame(PAGE + 100, (byte) 1);
    assertThat(end(frame, frame.length)).isEqualTo(2 * PAGE);
  }

  @Test
  void zerosAtTheEndOfAWholeFrameBelongToIt() throws IOException {
    byte[] frame = frame(3 * PAGE, (byte) 0);
    assertThat(end(frame, frame.length)).isEqualTo(Segment.HEADER + frame.length);
  }

  @Test
  void aTornFrameIsNotReadPastItsLastPage() throws IOException {
    byte[] frame = frame(3 * PAGE, (byte) 1);
    int written = PAGE - Segment.HEADER; // the disk was full after the first page
    assertThat(end(frame, written)).isEqualTo(PAGE);
  }

  /** Returns the readable end of a sparse segment with the first bytes of one frame. */
  private long end(byte[] frame, int written) throws IOException {
    Path file = directory.resolve("segment");
    try (RandomAccessFile segment = new RandomAccessFile(file.toFile(), "rw")) {
      segment.write(SegmentHeader.bytes(HEADER));
      segment.write(frame, 0, written);
      segment.setLength(SIZE);
    }
    return WrittenEnd.of(new Chain.Link(file, HEADER, null, SIZE), SALT);
  }

  private static byte[] frame(int content, byte filler) {
    byte[] body = new byte[content];
    Arrays.fill(body, filler);
    Frame frame = new Frame();
    frame.begin(Frame.Kind.CHECKPOINT, 0, 0);
    frame.body(body);
    frame.end(1, SALT, Journal.place(HEADER.order(), false, Segment.HEADER));
    return Arrays.copyOf(frame.bytes(), frame.length());
  }
}
