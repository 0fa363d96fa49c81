package io.databroker.offheap.directory;

import io.databroker.api.OpenFailedException;
import io.databroker.offheap.journal.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** Classifies a directory: it holds a store, nothing, or something else. */
public final class StoreFolder {
  /** Names that operating systems and file systems put into any directory. */
  private static final Set<String> OF_THE_SYSTEM =
      Set.of("lost+found", "thumbs.db", "desktop.ini", "$recycle.bin", "system volume information");

  private final Path directory;

  /** Returns the folder of the given path. */
  public StoreFolder(Path directory) {
    this.directory = directory;
  }

  /**
   * Returns whether the directory holds a store.
   *
   * @throws OpenFailedException if it holds other files
   */
  public boolean holdsStore() throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new OpenFailedException(
          String.format(Locale.ROOT, "%s is not a directory; choose another", directory), null);
    }
    if (Files.exists(directory.resolve(StoreProperties.FILE))) {
      return true;
    }
    for (Path file : StoreFiles.list(directory)) {
      String name = file.getFileName().toString();
      if (!isOurs(name) && !isOfNobody(name)) {
        throw new OpenFailedException(
            String.format(
                Locale.ROOT,
                "directory %s holds %s but no %s, so it is not a store;"
                    + " move %s away, or choose an empty directory, such as %s",
                directory,
                name,
                StoreProperties.FILE,
                name,
                directory.resolve("databroker")),
            null);
      }
    }
    return false;
  }

  /** Returns whether the file may be left from a failed or killed first open. */
  private static boolean isOurs(String name) {
    return name.equals(DirectoryLock.FILE)
        || name.equals(Reserve.FILE)
        || name.equals(StoreProperties.FILE + ".new");
  }

  /** Returns whether a file was put there by the system or an editor, and means nothing. */
  static boolean isOfNobody(String name) {
    return name.startsWith(".")
        || name.endsWith("~")
        || name.endsWith(".swp")
        || OF_THE_SYSTEM.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Deletes the files of a failed first open, except the lock, which the caller still holds. */
  public void deleteStore() throws IOException {
    for (Path file : StoreFiles.list(directory)) {
      String name = file.getFileName().toString();
      if (!name.equals(DirectoryLock.FILE) && !isOfNobody(name)) {
        Files.deleteIfExists(file);
      }
    }
  }
}
