package io.databroker.offheap.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.OpenFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  /** A name service that does not answer would hold up every open for many seconds. */
  @Test
  void theHolderIsNamedWithoutANameService() throws IOException, InterruptedException {
    Path hosts = Files.createFile(scratch.resolve("no-hosts"));
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.net.hosts.file=" + hosts,
                "-cp",
                System.getProperty("java.class.path"),
                DirectoryLockTest.class.getName(),
                scratch.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(Files.readString(scratch.resolve(DirectoryLock.FILE)))
        .contains("on " + Files.readString(Path.of("/proc/sys/kernel/hostname")).strip() + ",");
  }

  public static void main(String[] arguments) throws IOException {
    DirectoryLock.take(Path.of(arguments[0])).close();
  }
}
