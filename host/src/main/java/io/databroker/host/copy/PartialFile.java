package io.databroker.host.copy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * File that one backup at a time writes, and then gives its final name. Only its owner may read it,
 * because a backup holds every payload.
 */
final class PartialFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

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
          FileChannel.open(
              path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), rights(path));
      boolean opens = false;
      try {
        opened.run();
        if (!isLocked(channel)) {
          throw new CopyException(path + " is being written by another process; wait for it");
        }
        // The former holder of the lock may have renamed the file since the open: then it is a
        // complete backup.
        if (Objects.equals(before, key(path))) {
          channel.truncate(0);
          restrict(path);
          opens = true;
          return channel;
        }
      } finally {
        if (!opens) {
          channel.close();
        }
      }
    }
  }

  /** Returns the permissions of a new file; none on a system without POSIX permissions. */
  private static FileAttribute<?>[] rights(Path path) {
    return hasPosixRights(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }

  private static boolean hasPosixRights(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Removes the permissions of other users from a file that existed before. */
  private static void restrict(Path path) throws IOException {
    if (!hasPosixRights(path) || OWNER_ONLY.containsAll(Files.getPosixFilePermissions(path))) {
      return;
    }
    try {
      Files.setPosixFilePermissions(path, OWNER_ONLY);
    } catch (FileSystemException e) {
      // A file system without permissions, such as FAT, refuses this even to the owner.
      if (!Files.getOwner(path).getName().equals(System.getProperty("user.name"))) {
        throw new CopyException(
            path + " belongs to another user, who could read the backup; remove it", e);
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

  /** Returns the identity of the file of the given name: null if there is none. */
  private static @Nullable Object key(Path path) throws IOException {
    try {
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return key == null ? path : key; // a system without keys does not rename open files
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
