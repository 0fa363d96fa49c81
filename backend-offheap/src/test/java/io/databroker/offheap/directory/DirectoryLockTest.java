package io.databroker.offheap.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.OpenFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
  @TempDir Path scratch;

  /** A second open must not touch the file: closing it would release the lock of the first. */
  @Test
  void aDirectoryIsRecognisedUnderAnotherName() throws IOException {
    Path first = Files.createDirectory(scratch.resolve("first"));
    Path moved = scratch.resolve("moved");
    try (DirectoryLock lock = DirectoryLock.take(first)) {
      Files.move(first, moved);
      assertThatThrownBy(() -> DirectoryLock.take(moved))
          .isInstanceOf(OpenFailedException.class)
          .hasMessageContaining("moved is in use by this process");
      assertThat(lock).isNotNull();
    }
    DirectoryLock.take(moved).close();
    DirectoryLock.take(Files.createDirectory(first)).close();
  }
}
