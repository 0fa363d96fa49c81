package io.databroker.host.copy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * Creates a backup file. It appears under its name only when it is complete and forced to disk;
 * until then it has the suffix {@code .partial}.
 */
final class NewBackupFile {
  /** Writes the content of a file. */
  interface Content {
    Backup write(FileChannel channel) throws IOException, InterruptedException;
  }

  private final Path target;
  private final boolean overwrite;

  /**
   * Checks that there can be such a file.
   *
   * @param overwrite whether to replace a file of that name
   * @throws CopyException if the file exists, or is not a regular file
   */
  NewBackupFile(Path file, boolean overwrite) throws CopyException {
    this.target = file.toAbsolutePath();
    this.overwrite = overwrite;
    checkName();
  }

  /** Returns the folder of the file. */
  @Nullable Path folder() {
    return target.getParent();
  }

  /** Returns the name of the file until it is complete. */
  Path partial() {
    return target.resolveSibling(target.getFileName() + ".partial");
  }

  private void checkName() throws CopyException {
    Path folder = folder();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new CopyException("there is no folder " + folder + "; create it, or name another");
    }
    if (Files.exists(target)) {
      if (!Files.isRegularFile(target)) {
        throw new CopyException(target + " is not a regular file; name another file");
      }
      if (!overwrite) {
        throw new CopyException(
            target + " exists; name another file, or add --overwrite to replace it");
      }
    }
  }

  /**
   * Writes the file.
   *
   * @throws CopyException if another process writes it
   */
  Backup write(Content content) throws IOException, InterruptedException {
    Path partial = partial();
    boolean done = false;
    try (FileChannel channel = PartialFile.open(partial)) {
      try {
        Backup backup = content.write(channel);
        channel.force(true);
        checkName(); // again: the backup may have taken hours
        Files.move(
            partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        done = true;
        force(folder());
        return backup;
      } finally {
        if (!done) {
          Files.deleteIfExists(partial);
        }
      }
    } catch (UncheckedIOException e) {
      throw new CopyException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Makes a rename durable; does nothing on file systems that cannot force a directory. */
  private static void force(@Nullable Path folder) throws IOException {
    if (folder != null && !System.getProperty("os.name", "").startsWith("Windows")) {
      try (FileChannel directory = FileChannel.open(folder)) {
        directory.force(true);
      }
    }
  }
}
