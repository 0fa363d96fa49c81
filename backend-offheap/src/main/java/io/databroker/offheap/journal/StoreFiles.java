package io.databroker.offheap.journal;

import io.databroker.offheap.memory.DirectoryLostException;
import io.databroker.offheap.memory.FileKey;
import io.databroker.offheap.memory.FileSpace;
import io.databroker.offheap.memory.Fsync;
import io.databroker.offheap.memory.Space;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a store, by name. */
public final class StoreFiles implements Spaces {
  /** File with the properties of the store. */
  public static final String PROPERTIES = "store.properties";

  /** Less room than this counts as none: a file system keeps some for itself. */
  private static final long LITTLE = 64 << 10;

  private static final int COPIED_AT_ONCE = 1 << 20;

  /** Matches names with any decimal digits: an early version used those of the default locale. */
  private static final Pattern SEGMENT =
      Pattern.compile("(journal|compacted)-(\\p{Nd}{10,18})\\.segment");

  /** End of the name of a file that is not finished. */
  private static final String UNFINISHED = ".new";

  /**
   * A segment's file.
   *
   * @param path the file
   * @param order the last segment order that it covers
   * @param compacted whether it covers several segments
   */
  public record SegmentFile(Path path, long order, boolean compacted) {}

  private final Path directory;
  private final long salt;
  private final boolean forces;
  private final Room room;

  /** File by which the directory is recognised as that of the open store; null before the open. */
  private volatile @Nullable FileKey known;

  /** Reserved disk space. */
  public interface Room {
    /** Releases some of the room reserved for deletes; returns whether there was any. */
    boolean giveForDelete();

    /**
     * Releases some of the room for a trim, a clear or a compaction; returns whether there was any.
     */
    boolean giveForUpkeep();

    /** Returns the number of reserved bytes. */
    long size();
  }

  /**
   * Returns the files of the store in a directory.
   *
   * @param forces whether each write is forced
   * @param room the bytes reserved for a full disk
   */
  public StoreFiles(Path directory, long salt, boolean forces, Room room) {
    this.directory = directory;
    this.salt = salt;
    this.forces = forces;
    this.room = room;
  }

  @Override
  public long salt() {
    return salt;
  }

  public Path directory() {
    return directory;
  }

  /**
   * Creates no more files if the directory is removed or replaced from here on. Another directory
   * of that path may hold another store, with files of the same names.
   *
   * @param file a file that stays the same while the store is open
   */
  public void watch(Path file) throws IOException {
    known = FileKey.of(file);
  }

  @Override
  public void checkThere() throws IOException {
    FileKey file = known;
    if (file != null && !file.isThere()) {
      throw new DirectoryLostException(file.path().toString());
    }
  }

  @Override
  public Space create(long order, long size) throws IOException {
    checkThere();
    return FileSpace.create(path("journal", order), size, forces);
  }

  @Override
  public Space createCompacted(long order, long size) throws IOException {
    checkThere();
    return FileSpace.createUnnamed(beside(path("compacted", order)), size, room::giveForUpkeep);
  }

  @Override
  public void adopt(Space compacted, long order) throws IOException {
    checkThere();
    ((FileSpace) compacted).moveTo(path("compacted", order));
    Fsync.force(directory);
  }

  @Override
  public boolean giveRoom(RoomFor whom) {
    return switch (whom) {
      case WRITES -> false;
      case DELETES -> room.giveForDelete();
      case UPKEEP -> room.giveForUpkeep();
    };
  }

  @Override
  public long roomForUpkeep(long wanted) {
    long free = freeBytes();
    return free < 0 || free + room.size() > wanted ? wanted : free + room.size();
  }

  /**
   * Returns the free bytes of the file system; -1 if unknown. Unlike {@link Files#getFileStore},
   * this also works in a container that hides the table of mounts.
   */
  private long freeBytes() {
    File asked = directory.toFile();
    return asked.getTotalSpace() == 0 ? -1 : asked.getUsableSpace();
  }

  /**
   * Decides by facts, because Java gives no error number and messages depend on the locale. Returns
   * true if no room is left, or if allocated blocks can still be written: then the write failed for
   * lack of blocks, inodes or quota.
   */
  @Override
  public boolean lacksRoom() {
    Path known = directory.resolve(PROPERTIES);
    if (!Files.isWritable(known)) {
      return false;
    }
    long free = freeBytes();
    if (free >= 0 && free < LITTLE) {
      return true;
    }
    try (RandomAccessFile file = new RandomAccessFile(known.toFile(), "rw")) {
      int first = file.read();
      file.seek(0);
      file.write(first);
      return true;
    } catch (IOException broken) {
      return false;
    }
  }

  private Path path(String kind, long order) {
    return directory.resolve(String.format(Locale.ROOT, "%s-%010d.segment", kind, order));
  }

  private static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + UNFINISHED);
  }

  /** Returns the segment files of the directory. */
  public List<SegmentFile> segments() throws IOException {
    List<SegmentFile> found = new ArrayList<>();
    for (Path file : list(directory)) {
      Matcher name = SEGMENT.matcher(name(file));
      if (name.matches()) {
        found.add(
            new SegmentFile(
                file, Long.parseLong(name.group(2)), name.group(1).equals("compacted")));
      }
    }
    return found;
  }

  /**
   * Renames each segment to this version's name for it. A segment with the same order and kind
   * under another name is older, and is replaced.
   */
  public void renameLocalDigits() throws IOException {
    boolean renamed = false;
    for (SegmentFile file : segments()) {
      Path proper = path(file.compacted() ? "compacted" : "journal", file.order());
      if (!proper.equals(file.path())) {
        Files.move(file.path(), proper, StandardCopyOption.ATOMIC_MOVE);
        renamed = true;
      }
    }
    if (renamed) {
      Fsync.force(directory);
    }
  }

  /** Deletes files of the store that were unfinished when the process ended. */
  public void deleteUnfinished() throws IOException {
    for (Path file : list(directory)) {
      String name = name(file);
      if (name.endsWith(UNFINISHED)
          && isOurs(name.substring(0, name.length() - UNFINISHED.length()))) {
        Files.delete(file);
      }
    }
  }

  private static boolean isOurs(String name) {
    return name.equals(PROPERTIES) || name.equals(Control.FILE) || SEGMENT.matcher(name).matches();
  }

  /** Returns the name of a file as UTF-8, independent of the encoding of the JVM's locale. */
  private static String name(Path file) {
    String path = URLDecoder.decode(file.toUri().getRawPath(), StandardCharsets.UTF_8);
    return path.substring(path.lastIndexOf('/') + 1);
  }

  public static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  /** Returns whether another directory has a hard link to the file. */
  public static boolean isShared(Path file) throws IOException {
    try {
      return ((Number) Files.getAttribute(file, "unix:nlink")).intValue() > 1;
    } catch (UnsupportedOperationException | IllegalArgumentException none) {
      return false;
    }
  }

  /**
   * Replaces a file by a copy of what the page cache holds of it. After a failed fsync, the file
   * itself cannot be saved: the system counts its pages as written, and a file system may have
   * marked the blocks as empty, so that it loses even what is written there again.
   */
  public void renew(Path file) throws IOException {
    Path made = beside(file);
    boolean done = false;
    try (RandomAccessFile from = new RandomAccessFile(file.toFile(), "r");
        RandomAccessFile to = new RandomAccessFile(made.toFile(), "rw")) {
      long size = from.length();
      long end = WrittenEnd.lastNotZero(file, size);
      to.setLength(0);
      to.setLength(size);
      byte[] block = new byte[(int) Math.min(COPIED_AT_ONCE, end)];
      for (long left = end; left > 0; left -= block.length) {
        int part = (int) Math.min(block.length, left);
        from.readFully(block, 0, part);
        to.write(block, 0, part);
      }
      to.getFD().sync();
      done = true;
    } finally {
      if (!done) {
        Files.deleteIfExists(made);
      }
    }
    takeName(made, file);
  }

  /** Replaces a file atomically: after a crash it is the old file or the new one. */
  static void replace(Path file, byte[] content) throws IOException {
    Path made = beside(file);
    try (RandomAccessFile writer = new RandomAccessFile(made.toFile(), "rw")) {
      writer.setLength(0);
      writer.write(content);
      writer.getFD().sync();
    }
    takeName(made, file);
  }

  /** Gives a forced file the name of the one that it replaces. */
  private static void takeName(Path made, Path file) throws IOException {
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Fsync.forceName(file);
  }
}
