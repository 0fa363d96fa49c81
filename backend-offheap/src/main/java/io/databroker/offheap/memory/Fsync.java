package io.databroker.offheap.memory;

import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Forces files and directories to the disk. */
public final class Fsync {
  /** Call to the system that forces. */
  interface Call {
    void run() throws IOException;
  }

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
          run(() -> channel.force(true));
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

  /**
   * Runs an fsync. An Error counts as its failure: on a full heap, it may stand for that failure.
   *
   * @throws SyncFailedException if the disk failed, or may have failed
   */
  static void run(Call fsync) throws IOException {
    SyncFailedException unknown = new SyncFailedException("the result of an fsync is unknown");
    try {
      fsync.run();
    } catch (ClosedByInterruptException | SyncFailedException failed) {
      throw failed;
    } catch (IOException failed) {
      throw cause(told(failed, unknown), failed);
    } catch (Error failed) {
      throw cause(unknown, failed);
    }
  }

  private static SyncFailedException told(IOException failed, SyncFailedException otherwise) {
    try {
      return new SyncFailedException(failed.getMessage());
    } catch (Error full) {
      return otherwise;
    }
  }

  private static SyncFailedException cause(SyncFailedException told, Throwable failed) {
    told.initCause(failed);
    return told;
  }
}
