package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void holds_what_was_written_and_zeros_behind_it(boolean ahead) throws IOException {
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

  /** Else the next write to that place might be taken for forced, with what failed. */
  @Test
  void a_write_that_failed_is_not_called_forced() throws IOException {
    Path file = scratch.resolve("space");
    boolean[] full = {false};
    RandomAccessFile disk =
        new RandomAccessFile(file.toFile(), "rw") {
          @Override
          public void write(byte[] bytes, int from, int length) throws IOException {
            if (full[0]) {
              throw new IOException("No space left on device");
            }
            super.write(bytes, from, length);
          }
        };
    disk.setLength(SIZE);
    FileSpace space = new FileSpace(file, disk, Region.map(file, SIZE, false));
    try {
      space.write(0, new byte[100], 100);
      full[0] = true;
      assertThatIOException().isThrownBy(() -> space.write(100, new byte[500], 500));
      full[0] = false;

      space.force();

      assertThat(space.forced).isEqualTo(100);
    } finally {
      space.free();
    }
  }

  private static void write(FileSpace space, int at, byte[] bytes, byte[] expected)
      throws IOException {
    space.write(at, bytes, bytes.length);
    System.arraycopy(bytes, 0, expected, at, bytes.length);
  }
}
