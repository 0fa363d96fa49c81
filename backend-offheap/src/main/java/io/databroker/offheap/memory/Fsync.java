package io.databroker.offheap.memory;

import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Forces files and directories to the disk. */
public final class Fsync {
  private Fsync() {}

  /** Forces the name of a file. */
  public static void forceName(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      force(directory);
    }
  }

  /**
   * Forces a file, or the names in a directory, even if interrupted.
   *
   * @throws SyncFailedException if the disk failed; the disk may report a failure only once
   */
  public static void force(Path file) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          force(channel);
          return;
        } catch (ClosedByInterruptException interrupt) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void force(FileChannel channel) throws IOException {
    try {
      channel.force(true);
    } catch (ClosedByInterruptException interrupt) {
      throw interrupt;
    } catch (IOException failed) {
      SyncFailedException told = new SyncFailedException(failed.getMessage());
      told.initCause(failed);
      throw told;
    }
  }
}
