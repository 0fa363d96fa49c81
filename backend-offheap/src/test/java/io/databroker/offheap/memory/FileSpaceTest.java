package io.databroker.offheap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSpaceTest {
  private static final int SIZE = 1_000_000;

  @TempDir Path scratch;

  @ParameterizedTest(name = "blocks ahead: {0}")
  @ValueSource(booleans = {false, true})
  void holdsWhatWasWrittenAndZerosBehindIt(boolean ahead) throws IOException {
    Path file = scratch.resolve("space");
    byte[] expected = new byte[SIZE];
    FileSpace space = FileSpace.create(file, SIZE, ahead);
    try {
      Random random = new Random(7);
      int end = 0;
      while (end < SIZE) {
        int length =
            Math.min(SIZE - end, 1 + random.nextInt(random.nextInt(8) == 0 ? SIZE : 9_000));
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        write(space, end, bytes, expected);
        end += length;
        write(space, 0, new byte[] {(byte) end}, expected);
        space.force();
        byte[] read = new byte[SIZE];
        space.region().get(0, read, SIZE);
        assertThat(Arrays.mismatch(read, expected)).as("after %,d bytes", end).isEqualTo(-1);
      }
    } finally {
      space.free();
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(expected);
  }

  /**
   * Otherwise the next write to that place might count as forced, together with the failed bytes.
   */
  @Test
  void aWriteThatFailedIsNotCalledForced() throws IOException {
    Disk disk = new Disk(scratch.resolve("space"));
    FileSpace space = disk.space(false);
    try {
      space.write(0, new byte[100], 100);
      disk.mostBytes = 99;
      assertThatIOException().isThrownBy(() -> space.write(100, new byte[500], 500));
      disk.mostBytes = SIZE;

      space.force();

      assertThat(space.forced).isEqualTo(100);
    } finally {
      space.free();
    }
  }

  /**
   * Blocks are allocated by writing zeros: written too late, the zeros would overwrite later bytes.
   */
  @Test
  void blocksThatCouldNotBeMadeAreNotMadeOverWhatWasWritten() throws IOException {
    Disk disk = new Disk(scratch.resolve("space"));
    byte[] expected = new byte[SIZE];
    FileSpace space = disk.space(true);
    try {
      disk.mostBytes = 100_000;
      byte[] ones = new byte[90_000];
      Arrays.fill(ones, (byte) 1);
      write(space, 0, ones, expected);
      disk.mostBytes = SIZE;
      write(space, 0, new byte[64], expected);
      write(space, 90_000, ones, expected);
      byte[] read = new byte[SIZE];
      space.region().get(0, read, SIZE);
      assertThat(Arrays.mismatch(read, expected)).isEqualTo(-1);
    } finally {
      space.free();
    }
  }

  /** Disk that accepts only a limited number of bytes at once. */
  private static final class Disk extends RandomAccessFile {
    private final Path file;
    private int mostBytes = SIZE;

    Disk(Path file) throws IOException {
      super(file.toFile(), "rw");
      this.file = file;
      setLength(SIZE);
    }

    FileSpace space(boolean ahead) throws IOException {
      return new FileSpace(file, this, Region.map(file, SIZE, false), ahead);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (length > mostBytes) {
        throw new IOException("No space left on device");
      }
      super.write(bytes, from, length);
    }
  }

  private static void write(FileSpace space, int at, byte[] bytes, byte[] expected)
      throws IOException {
    space.write(at, bytes, bytes.length);
    System.arraycopy(bytes, 0, expected, at, bytes.length);
  }

  @Test
  void aDeleteLeavesAFileThatTookItsName() throws IOException {
    Path file = scratch.resolve("segment");
    FileSpace space = FileSpace.create(file, 4096, false);
    Files.move(file, scratch.resolve("elsewhere"));
    space.delete();
    Files.writeString(file, "of another store");
    space.delete();
    assertThat(file).hasContent("of another store");
    Files.move(scratch.resolve("elsewhere"), file, StandardCopyOption.REPLACE_EXISTING);
    space.delete();
    assertThat(file).doesNotExist();
    space.free();
  }
}
