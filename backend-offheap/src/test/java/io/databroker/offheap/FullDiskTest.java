package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.StorageFullException;
import io.databroker.api.Write;
import io.databroker.offheap.directory.Reserve;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.memory.FileSpace;
import io.databroker.offheap.memory.Region;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.openhft.chronicle.core.OS;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes on a full disk. */
class FullDiskTest {
  private static final int SIZE = 1 << 16;

  @TempDir Path scratch;

  private Path file() throws IOException {
    Path file = scratch.resolve("segment");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(SIZE);
    }
    return file;
  }

  private static byte[] frame() {
    byte[] frame = new byte[100];
    Arrays.fill(frame, (byte) 0x5A);
    return frame;
  }

  /** Disk that accepts half of a write, and then no more bytes. */
  private static final class Filling extends RandomAccessFile {
    private boolean full;

    Filling(Path file) throws IOException {
      super(file.toFile(), "rw");
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (!full) {
        full = true;
        super.write(bytes, from, length / 2);
        throw new IOException("No space left on device");
      }
      super.write(bytes, from, length);
    }
  }

  @Test
  void halfAFrameReadsAsNone() throws IOException {
    Path file = file();
    FileSpace space = new FileSpace(file, new Filling(file), Region.map(file, SIZE, false), false);
    assertThatThrownBy(() -> space.write(Segment.HEADER, frame(), 100))
        .isInstanceOf(IOException.class)
        .hasMessage("No space left on device");
    assertThat(space.region().getLong(Segment.HEADER)).isZero();
    space.write(Segment.HEADER, frame(), 100);
    assertThat(space.region().getLong(Segment.HEADER)).isNotZero();
    space.free();
  }

  /** Reading a hole of a full tmpfs, or past the end of a file, through a mapping is a SIGBUS. */
  @Test
  void whereNothingCouldBeWrittenNothingIsReadThroughTheMapping() throws IOException {
    Path file = file();
    RandomAccessFile refusing = new RandomAccessFile(file.toFile(), "r");
    FileSpace space = new FileSpace(file, refusing, Region.map(file, SIZE, false), false);
    try (RandomAccessFile cutting = new RandomAccessFile(file.toFile(), "rw")) {
      cutting.setLength(0);
    }
    assertThatThrownBy(() -> space.write(Segment.HEADER, frame(), 100))
        .isInstanceOf(IOException.class);
    space.free();
  }

  @Test
  void aSegmentThatCannotBeBegunLeavesNothing() throws IOException {
    StoreFiles files = new StoreFiles(scratch, 5, false, new Reserve(scratch));
    Files.createFile(scratch.resolve(StoreFiles.PROPERTIES)); // which succeeds even on a full disk
    boolean[] full = {false};
    Spaces spaces =
        WrappedSpaces.beforeEachWrite(
            files,
            at -> {
              if (full[0] && at == Segment.HEADER) {
                throw new IOException("No space left on device");
              }
            });
    OffheapSettings settings = new OffheapSettings(null, Durability.PROCESS, 1_000, 10, SIZE);
    try (Backend backend = Opening.inSpaces(spaces, settings, BackendContext.standard())) {
      backend.put(List.of(Write.put("t", "a", Bytes.copyOf(new byte[100]))));
      full[0] = true;
      List<Path> before = StoreFiles.list(scratch);
      long memory = OS.memory().nativeMemoryUsed();
      List<Write> large = List.of(Write.put("t", "b", Bytes.copyOf(new byte[SIZE])));
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> backend.put(large)).isInstanceOf(StorageFullException.class);
      }
      assertThat(OS.memory().nativeMemoryUsed()).isEqualTo(memory);
      assertThat(StoreFiles.list(scratch)).isEqualTo(before);
      full[0] = false;
      backend.put(large);
      assertThat(backend.get("t", "b").version()).isEqualTo(2);
    }
  }

  /** Any kind of failure is accepted here. */
  @Test
  void aSegmentWhoseBeginningThrowsLeavesNothing() throws IOException {
    StoreFiles files = new StoreFiles(scratch, 5, false, new Reserve(scratch));
    boolean[] broken = {true};
    Spaces spaces =
        WrappedSpaces.beforeEachWrite(
            files,
            at -> {
              if (broken[0]) {
                throw new InternalError("a fault occurred in an unsafe memory access operation");
              }
            });
    OffheapSettings settings = new OffheapSettings(null, Durability.PROCESS, 1_000, 10, SIZE);
    try (Backend backend = Opening.inSpaces(spaces, settings, BackendContext.standard())) {
      List<Write> writes = List.of(Write.put("t", "a", Bytes.utf8("v")));
      assertThatThrownBy(() -> backend.put(writes)).isInstanceOf(InternalError.class);
      try (var left = Files.list(scratch)) {
        assertThat(left).isEmpty();
      }
      broken[0] = false;
      backend.put(writes);
      assertThat(backend.get("t", "a")).isNotNull();
    }
  }
}
