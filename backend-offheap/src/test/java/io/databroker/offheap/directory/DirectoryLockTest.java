package io.databroker.offheap.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.OpenFailedException;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.memory.FileKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

  /** A channel that an interrupt closes would release the lock, and nobody would notice. */
  @Test
  void anInterruptDoesNotReleaseTheLock() throws IOException {
    Thread.currentThread().interrupt();
    try (DirectoryLock lock = DirectoryLock.take(scratch)) {
      assertThat(Thread.interrupted()).isTrue();
      assertThat(lock).isNotNull();
      try (FileChannel other =
          FileChannel.open(scratch.resolve(DirectoryLock.FILE), StandardOpenOption.WRITE)) {
        assertThatThrownBy(other::tryLock).isInstanceOf(OverlappingFileLockException.class);
      }
      assertThat(Files.readString(scratch.resolve(DirectoryLock.FILE))).startsWith("process ");
    } finally {
      Thread.interrupted();
    }
  }

  /** Otherwise the locks of two files of the same name would both hold the directory. */
  @Test
  void aFileThatWasDeletedBeforeItWasLockedIsNoLock() throws IOException {
    Path file = Files.createFile(scratch.resolve(DirectoryLock.FILE));
    FileKey known = FileKey.of(file);
    try (InputStream open = Files.newInputStream(file)) {
      Files.delete(file);
      assertThat(DirectoryLock.lock(scratch, known, "process 1")).isNull();
      assertThat(open.read()).as("the inode is not used again meanwhile").isEqualTo(-1);
    }
    DirectoryLock.take(scratch).deleteAndClose();
    assertThat(StoreFiles.list(scratch)).isEmpty();
  }

  @Test
  void aLockThatLeadsNowhereIsAnError() throws IOException {
    Files.createSymbolicLink(scratch.resolve(DirectoryLock.FILE), Path.of("nowhere"));
    assertThatThrownBy(() -> DirectoryLock.take(scratch)).isInstanceOf(NoSuchFileException.class);
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
