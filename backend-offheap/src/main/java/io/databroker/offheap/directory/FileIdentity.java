package io.databroker.offheap.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Facts that differ between a file and a copy. A move within a file system, a reboot and a remount
 * keep both facts; a copy has different ones.
 *
 * @param inode the number of the file in its file system; null if the file system has none
 * @param created the time of birth; null if the file system or the JVM does not provide it
 */
record FileIdentity(@Nullable Long inode, @Nullable Instant created) {
  private static final String UNKNOWN = "-";

  private static final FileTime LONG_AGO = FileTime.from(Instant.EPOCH);

  /** Reads the facts of a file. */
  static FileIdentity of(Path file) throws IOException {
    FileTime created = created(file);
    // Java returns the time of modification if the time of birth is unknown.
    if (created.equals(Files.getLastModifiedTime(file))) {
      Files.setLastModifiedTime(file, LONG_AGO);
      created = created(file);
    }
    return new FileIdentity(inode(file), created.equals(LONG_AGO) ? null : created.toInstant());
  }

  private static FileTime created(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).creationTime();
  }

  /** Returns the number of a file or directory; null if the file system has none. */
  static @Nullable Long inode(Path file) throws IOException {
    try {
      return ((Number) Files.getAttribute(file, "unix:ino")).longValue();
    } catch (UnsupportedOperationException | IllegalArgumentException none) {
      return null;
    }
  }

  /**
   * Returns whether a file that is created now may have the same time of birth: the file was just
   * written, and the clock of its file system still shows the time of birth.
   */
  boolean isOfThisTick(Path file) throws IOException {
    return created != null && !Files.getLastModifiedTime(file).toInstant().isAfter(created);
  }

  /**
   * Returns whether both may be facts of one file. The time of birth decides if it is known,
   * because some file systems give a file another number at each mount.
   */
  boolean matches(FileIdentity other) {
    if (created != null && other.created != null) {
      return created.equals(other.created);
    }
    return inode == null || other.inode == null || inode.equals(other.inode);
  }

  /** Parses the result of {@link #toString}; returns null for any other text. */
  static @Nullable FileIdentity parse(String text) {
    String[] facts = text.strip().split(" ", -1);
    if (facts.length != 2) {
      return null;
    }
    try {
      return new FileIdentity(
          facts[0].equals(UNKNOWN) ? null : Long.valueOf(facts[0]),
          facts[1].equals(UNKNOWN) ? null : Instant.parse(facts[1]));
    } catch (NumberFormatException | DateTimeException other) {
      return null;
    }
  }

  @Override
  public String toString() {
    return (inode == null ? UNKNOWN : inode.toString())
        + " "
        + (created == null ? UNKNOWN : created.toString());
  }
}
