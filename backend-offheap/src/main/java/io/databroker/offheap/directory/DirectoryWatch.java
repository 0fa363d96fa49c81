package io.databroker.offheap.directory;

import io.databroker.offheap.memory.DirectoryLostException;
import io.databroker.offheap.memory.FileKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that the directory of an open store is still the one that was opened. Writes to files
 * without a path are lost when the process ends.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class DirectoryWatch {
  private final List<FileKey> watched;

  private DirectoryWatch(List<FileKey> watched) {
    this.watched = List.copyOf(watched);
  }

  /** Watches a directory and some of its files. */
  public static DirectoryWatch over(Path directory, String... files) throws IOException {
    List<FileKey> watched = new ArrayList<>();
    watched.add(FileKey.of(directory));
    for (String file : files) {
      watched.add(FileKey.of(directory.resolve(file)));
    }
    return new DirectoryWatch(watched);
  }

  /**
   * Checks the directory and each file.
   *
   * @throws DirectoryLostException if one is missing or was replaced
   */
  public void check() throws IOException {
    for (FileKey file : watched) {
      if (!file.isThere()) {
        throw new DirectoryLostException(file.path().toString());
      }
    }
  }
}
