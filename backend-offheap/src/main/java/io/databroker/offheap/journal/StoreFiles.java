package io.databroker.offheap.journal;

import io.databroker.api.OpenFailedException;
import io.databroker.offheap.memory.FileSpace;
import io.databroker.offheap.memory.Fsync;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.io.RandomAccessFile;
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

/** The files of a store, by name. */
public final class StoreFiles implements Spaces {
  /** Says which store this is, for people and for checks. */
  public static final String PROPERTIES = "store.properties";

  private static final Pattern SEGMENT =
      Pattern.compile("(journal|compacted)-(\\d{10,18})\\.segment");

  /**
   * A segment's file.
   *
   * @param path the file
   * @param order the last place in the journal that it stands for
   * @param compacted whether it stands for several
   */
  public record SegmentFile(Path path, long order, boolean compacted) {}

  private final Path directory;
  private final long salt;
  private final boolean forces;

  /**
   * Those of the store in that directory.
   *
   * @param forces whether each write is to be forced
   */
  public StoreFiles(Path directory, long salt, boolean forces) {
    this.directory = directory;
    this.salt = salt;
    this.forces = forces;
  }

  @Override
  public long salt() {
    return salt;
  }

  public Path directory() {
    return directory;
  }

  @Override
  public Space create(long order, long size) throws IOException {
    return FileSpace.create(path("journal", order), size, forces);
  }

  @Override
  public Space createCompacted(long order, long size) throws IOException {
    return FileSpace.createUnnamed(beside(path("compacted", order)), size);
  }

  @Override
  public void adopt(Space compacted, long order) throws IOException {
    ((FileSpace) compacted).moveTo(path("compacted", order));
    Fsync.force(directory);
  }

  private Path path(String kind, long order) {
    return directory.resolve(String.format(Locale.ROOT, "%s-%010d.segment", kind, order));
  }

  private static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  /** All segments that are there. */
  public List<SegmentFile> segments() throws IOException {
    List<SegmentFile> found = new ArrayList<>();
    for (Path file : list(directory)) {
      Matcher name = SEGMENT.matcher(file.getFileName().toString());
      if (name.matches()) {
        found.add(
            new SegmentFile(
                file, Long.parseLong(name.group(2)), name.group(1).equals("compacted")));
      }
    }
    return found;
  }

  /** What was being made when the process ended. */
  public void deleteUnfinished() throws IOException {
    for (Path file : list(directory)) {
      if (file.getFileName().toString().endsWith(".new")) {
        Files.delete(file);
      }
    }
  }

  public static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  /** Replaces a file so that it is the old one or the new one, whatever happens. */
  static void replace(Path file, byte[] content) throws IOException {
    Path made = beside(file);
    try (RandomAccessFile writer = new RandomAccessFile(made.toFile(), "rw")) {
      writer.setLength(0);
      writer.write(content);
      writer.getFD().sync();
    }
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Fsync.forceName(file);
  }

  /**
   * The salt of the store in that directory.
   *
   * @throws OpenFailedException if it is no store, or one of another format
   */
  public static long readSalt(Path directory) throws IOException {
    Path file = directory.resolve(PROPERTIES);
    String format = "";
    String store = "";
    for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      if (line.startsWith("format=")) {
        format = line.substring("format=".length()).strip();
      } else if (line.startsWith("store=")) {
        store = line.substring("store=".length()).strip();
      }
    }
    if (!format.equals(Integer.toString(SegmentHeader.FORMAT))) {
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
      return Long.parseUnsignedLong(store, 16);
    } catch (NumberFormatException damaged) {
      throw new OpenFailedException(
          String.format(
              Locale.ROOT, "%s names no store; restore it from a copy of the directory", file),
          damaged);
    }
  }

  /**
   * Writes down which store this is, and how it was opened last.
   *
   * @param settings lines of text, each of which ends
   */
  public static void describe(Path directory, long salt, String settings) throws IOException {
    String text =
        String.format(
            Locale.ROOT,
            """
        # A store of Databroker's off-heap backend. Do not edit.
        format=%d
        store=%016x
        """,
            SegmentHeader.FORMAT,
            salt);
    replace(directory.resolve(PROPERTIES), (text + settings).getBytes(StandardCharsets.ISO_8859_1));
  }
}
