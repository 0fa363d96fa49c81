package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
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

  private static void write(FileSpace space, int at, byte[] bytes, byte[] expected)
      throws IOException {
    space.write(at, bytes, bytes.length);
    System.arraycopy(bytes, 0, expected, at, bytes.length);
  }
}
