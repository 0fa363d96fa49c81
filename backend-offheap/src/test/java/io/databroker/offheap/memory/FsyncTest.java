package io.databroker.offheap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FsyncTest {
  @TempDir Path scratch;

  /** The type of the exception decides, because a disk reports a failed fsync only once. */
  @Test
  void aDiskThatFailsToForceIsToldFromAFileThatCannotBeOpened() throws IOException {
    assertThatThrownBy(() -> Fsync.force(scratch.resolve("absent")))
        .isInstanceOf(NoSuchFileException.class);
    Fsync.force(scratch);
    Path unforced = Path.of("/proc");
    assumeTrue(Files.isDirectory(unforced), "needs a directory that refuses to be forced: /proc");
    assertThatThrownBy(() -> Fsync.force(unforced)).isInstanceOf(SyncFailedException.class);
  }

  @Test
  void anInterruptKeepsNobodyFromAForceAndIsKept() throws IOException {
    Thread.currentThread().interrupt();
    Fsync.force(scratch);
    assertThat(Thread.interrupted()).isTrue();
  }
}
