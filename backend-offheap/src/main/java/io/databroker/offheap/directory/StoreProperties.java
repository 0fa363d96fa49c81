package io.databroker.offheap.directory;

import io.databroker.api.OpenFailedException;
import io.databroker.offheap.journal.SegmentHeader;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.memory.Fsync;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Contents of {@code store.properties}: the name of the store, the number of its opens, and the
 * identity of the file itself.
 *
 * <p>Each open writes a new file and notes in it the file's own inode and time of birth. In a copy
 * the note and the facts differ. They also differ when an older copy is restored in place, into the
 * existing inodes: the note describes an older file.
 *
 * <p>A copy by hard links has the same file and the same facts until the original is opened again.
 * The next open of the original writes a new file and marks the old one, which then belongs to the
 * copy alone.
 *
 * @param salt the name of the store, which is part of every checksum
 * @param generation how many times the store was opened; 0 if the opens were not counted yet
 * @param noted the facts of the file that was written; null if there are none
 * @param folder the inode of the directory; null if it is not known
 */
public record StoreProperties(
    long salt, long generation, @Nullable FileIdentity noted, @Nullable Long folder) {
  /** The name of the file. */
  public static final String FILE = StoreFiles.PROPERTIES;

  private static final Pattern COUNTED = Pattern.compile("(?m)^(generation|identity)=.*\\R?");

  /** Last lines of a copy's properties: its opens are counted, and its identity fits no file. */
  private static final String COPY = "generation=1\nidentity=copy\n";

  /** Nanoseconds between two looks at the time of a file system; its ticks are of 1 to 10 ms. */
  private static final long PART_OF_A_TICK = 500_000;

  /** Bounds the wait for the next tick: 100 ms, ten of the longest ticks. */
  private static final int MOST_LOOKS = 200;

  /** Returns the properties of a store that is being created. */
  public static StoreProperties ofNew(long salt) {
    return new StoreProperties(salt, 0, null, null);
  }

  /**
   * Reads the file.
   *
   * @throws OpenFailedException if it describes no store, or one of another format
   */
  public static StoreProperties read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    Map<String, String> values = new HashMap<>();
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    for (String line : text.split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1).strip());
      }
    }
    String format = values.getOrDefault("format", "");
    if (number(format) != SegmentHeader.FORMAT) {
      throw new OpenFailedException(
          String.format(
              Locale.ROOT,
              "%s says format \"%s\" where %d is known; open it with a version of Databroker that knows it",
              file,
              format,
              SegmentHeader.FORMAT),
          null);
    }
    try {
      return new StoreProperties(
          Long.parseUnsignedLong(values.getOrDefault("store", ""), 16),
          Math.max(0, number(values.getOrDefault("generation", "0"))),
          FileIdentity.parse(values.getOrDefault("identity", "")),
          folder(values.getOrDefault("directory", "")));
    } catch (NumberFormatException damaged) {
      throw new OpenFailedException(
          String.format(
              Locale.ROOT, "%s names no store; restore it from a copy of the directory", file),
          damaged);
    }
  }

  /**
   * Returns the number in the given text, or -1 if it is not a number. Format 1 was once written in
   * the digits of the default locale, which became question marks in the file.
   */
  private static long number(String text) {
    if (text.equals("?")) {
      return 1;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException other) {
      return -1;
    }
  }

  private static @Nullable Long folder(String text) {
    long inode = number(text);
    return inode < 0 ? null : inode;
  }

  /**
   * Returns whether the directory is a copy of the one that was opened last. A store of an early
   * version has no note and counts as the original.
   */
  public boolean isCopy(Path directory) throws IOException {
    if (generation == 0) {
      return false;
    }
    return noted == null
        || !noted.matches(FileIdentity.of(directory.resolve(FILE)))
        || (sharesFiles(directory) && !Objects.equals(folder, FileIdentity.inode(directory)));
  }

  /** Returns whether another directory has hard links to files of the store. */
  private static boolean sharesFiles(Path directory) throws IOException {
    for (Path file : StoreFiles.list(directory)) {
      if (Files.isRegularFile(file) && StoreFiles.isShared(file)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Writes a new file for the next generation, and forces it to the disk. Marks the old file as a
   * copy if another directory has a hard link to it, unless this directory is the copy.
   *
   * @param settings the settings of this open as lines, each with its line end
   */
  public StoreProperties writeNext(Path directory, String settings) throws IOException {
    Path file = directory.resolve(FILE);
    Path made = directory.resolve(FILE + ".new");
    Files.deleteIfExists(made); // left by a kill: its inode may already be in a note
    StoreProperties next;
    try (RandomAccessFile writer = new RandomAccessFile(made.toFile(), "rw")) {
      FileIdentity identity = FileIdentity.of(made);
      Long folder = FileIdentity.inode(directory);
      next = new StoreProperties(salt, generation + 1, identity, folder);
      byte[] text = next.text(settings).getBytes(StandardCharsets.UTF_8);
      writer.write(text);
      // A copy has a later time of birth only if the file gets its name in a later tick.
      for (int i = 0; i < MOST_LOOKS && identity.isOfThisTick(made); i++) {
        LockSupport.parkNanos(PART_OF_A_TICK);
        writer.seek(0);
        writer.write(text);
      }
      writer.getFD().sync();
    }
    boolean linked = Files.exists(file) && StoreFiles.isShared(file) && !isCopy(directory);
    try (RandomAccessFile old = linked ? new RandomAccessFile(file.toFile(), "rw") : null) {
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      Fsync.forceName(file);
      if (old != null) {
        markAsCopy(old);
      }
    }
    return next;
  }

  /**
   * Marks the old file as that of a copy, because from now on only copies by hard links have it.
   */
  private static void markAsCopy(RandomAccessFile old) {
    try {
      byte[] bytes = new byte[(int) old.length()];
      old.readFully(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8);
      String others = COUNTED.matcher(text).replaceAll("");
      byte[] marked = (others + COPY).getBytes(StandardCharsets.UTF_8);
      old.seek(0);
      old.write(marked);
      old.setLength(marked.length);
      old.getFD().sync();
    } catch (IOException kept) {
      // While the original is there, the copy is still recognised by its directory.
    }
  }

  private String text(String settings) {
    return "# A store of Databroker's off-heap backend. Do not edit.\n"
        + "format="
        + SegmentHeader.FORMAT
        + "\nstore="
        + String.format(Locale.ROOT, "%016x", salt)
        + "\ngeneration="
        + generation
        + "\nidentity="
        + noted
        + (folder == null ? "" : "\ndirectory=" + folder)
        + "\n"
        + settings;
  }
}
