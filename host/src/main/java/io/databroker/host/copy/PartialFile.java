package io.databroker.host.copy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** File that one backup at a time writes, and then gives its final name. */
final class PartialFile {
  private PartialFile() {}

  /**
   * Opens and locks the file, without its former content.
   *
   * @throws CopyException if another process or thread writes it
   */
  static FileChannel open(Path path) throws IOException {
    return open(path, () -> {});
  }

  /** Opens the file; runs a task between the open and the lock. */
  static FileChannel open(Path path, Runnable opened) throws IOException {
    while (true) {
      Object before = key(path);
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean mine = false;
      try {
        opened.run();
        if (!isLocked(channel)) {
          throw new CopyException(path + " is being written by another process; wait for it");
        }
        // The former holder of the lock may have renamed the file since the open: it is a whole
        // backup then.
        mine = Objects.equals(before, key(path));
        if (mine) {
          return channel.truncate(0);
        }
      } finally {
        if (!mine) {
          channel.close();
        }
      }
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another thread of this process holds it
    }
  }

  /** Returns the identity of the file of that name: null if there is none. */
  private static @Nullable Object key(Path path) throws IOException {
    try {
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return key == null ? path : key; // a system without keys does not rename open files
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
