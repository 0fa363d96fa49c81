package io.databroker.offheap.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Identity of a file, to detect that a path leads to another file.
 *
 * @param path the path
 * @param key the file key of the file system; null if it has none
 */
public record FileKey(Path path, @Nullable Object key) {
  /** Reads the key of the file at the given path. */
  public static FileKey of(Path path) throws IOException {
    return new FileKey(path, Files.readAttributes(path, BasicFileAttributes.class).fileKey());
  }

  /**
   * Returns whether the path still leads to the same file.
   *
   * @throws IOException if the file system does not report it
   */
  public boolean isThere() throws IOException {
    try {
      Object now = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return key == null || key.equals(now);
    } catch (NoSuchFileException gone) {
      return false;
    }
  }
}
