package io.databroker.offheap.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.offheap.memory.Region;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameReaderTest {
  private static final int BODY = 100_000;
  private static final long SALT = 3;
  private static final SegmentHeader HEADER = new SegmentHeader(false, true, 1, 1, SALT, 1, 0);

  @TempDir Path scratch;

  /**
   * The rest of a frame may be a hole on a full tmpfs, or lie in a bad sector: then reading it is a
   * SIGBUS.
   */
  @Test
  void aPageThatIsNotThereEndsTheFramesAndNotTheJvm() throws IOException {
    Path file = scratch.resolve("segment");
    Frame frame = new Frame();
    frame.begin(Frame.Kind.CHECKPOINT, 0, 0);
    frame.body(new byte[BODY]);
    frame.end(1, SALT, Journal.place(1, false, Segment.HEADER));
    long size = (long) Segment.HEADER + frame.length();
    try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
      writer.seek(Segment.HEADER);
      writer.write(frame.bytes(), 0, frame.length());
      Region mapped = Region.map(file, size, false);
      try {
        assertThat(reader(mapped, size).next()).isTrue();
        writer.setLength(BODY / 2);
        FrameReader torn = reader(mapped, size);
        assertThat(torn.next()).isFalse();
        assertThat(torn.problem()).contains("the disk cannot read");
        assertThat(torn.offset()).isEqualTo(Segment.HEADER);
      } finally {
        mapped.free();
      }
    }
  }

  private static FrameReader reader(Region data, long size) {
    return new FrameReader(data, size, HEADER, SALT, new CRC32C());
  }
}
