package io.databroker.offheap.journal;

import io.databroker.api.OpenFailedException;
import io.databroker.offheap.memory.Region;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Determines the segment files that make up the journal, and the leftovers. Reads only headers and
 * changes nothing.
 */
public final class Chain {
  /**
   * A segment of the journal.
   *
   * @param path the file
   * @param header the header of the segment
   * @param state the state frame at its beginning; null in a compacted segment
   * @param size the size of the file
   */
  public record Link(Path path, SegmentHeader header, @Nullable SideState state, long size) {}

  private final long salt;
  private final Control.Mark trusted;
  private final List<Link> links = new ArrayList<>();
  private final List<Unfit> unfit = new ArrayList<>();
  private final List<Path> leftOver = new ArrayList<>();

  /**
   * File without a valid segment header.
   *
   * @param file the file
   * @param format the format that it claims
   */
  private record Unfit(StoreFiles.SegmentFile file, int format) {}

  private Chain(long salt, Control.Mark trusted) {
    this.salt = salt;
    this.trusted = trusted;
  }

  /**
   * Reads the journal in the given directory.
   *
   * @param trusted the mark before which the journal must be complete
   * @throws OpenFailedException if it is not complete
   */
  public static Chain find(StoreFiles files, Control.Mark trusted) throws IOException {
    Chain chain = new Chain(files.salt(), trusted);
    for (StoreFiles.SegmentFile file : files.segments()) {
      chain.look(file);
    }
    chain.dropReplaced();
    chain.dropCleared();
    chain.unfit.forEach(chain::judge);
    chain.checkWhole(files.directory());
    return chain;
  }

  public List<Link> links() {
    return links;
  }

  public List<Path> leftOver() {
    return leftOver;
  }

  private void look(StoreFiles.SegmentFile file) throws IOException {
    long size = Files.size(file.path());
    byte[] beginning = new byte[Segment.HEADER + Frame.HEADER];
    try (var in = Files.newInputStream(file.path())) {
      in.readNBytes(beginning, 0, beginning.length);
    }
    SegmentHeader header =
        size < Segment.HEADER ? null : SegmentHeader.read(Arrays.copyOf(beginning, Segment.HEADER));
    if (header != null && header.salt() != salt) {
      throw new OpenFailedException(
          String.format(
              Locale.ROOT,
              "%s belongs to another store; put back the file of this store",
              file.path()),
          null);
    }
    int format = header == null ? SegmentHeader.formatOf(beginning) : SegmentHeader.FORMAT;
    if (header == null
        || header.order() != file.order()
        || header.compacted() != file.compacted()) {
      unfit.add(new Unfit(file, format));
      return;
    }
    SideState state = null;
    if (!header.compacted()) {
      int claimed =
          ByteBuffer.wrap(beginning)
              .order(ByteOrder.LITTLE_ENDIAN)
              .getInt(Segment.HEADER + Frame.LENGTH);
      state = state(file.path(), header, size, claimed);
      if (state == null) {
        unfit.add(new Unfit(file, format));
        return;
      }
    }
    links.add(new Link(file.path(), header, state, size));
  }

  /**
   * Classifies a file without a valid header: a segment that a crash left unfinished, a replaced or
   * cleared segment, or damage.
   */
  private void judge(Unfit found) {
    StoreFiles.SegmentFile file = found.file();
    long order = file.order();
    boolean past = links.stream().map(Link::header).anyMatch(by -> isPast(order, by));
    if (!past && (file.compacted() || order <= trusted.order())) {
      throw damaged(
          file.path(),
          0,
          "its beginning is not whole"
              + (found.format() > SegmentHeader.FORMAT
                  ? ", or of the unknown format " + found.format()
                  : ""));
    }
    leftOver.add(file.path());
  }

  private static boolean isPast(long order, SegmentHeader by) {
    boolean cleared = by.begins() && order < by.from();
    boolean replaced = by.compacted() && order >= by.from() && order <= by.order();
    return cleared || replaced;
  }

  private @Nullable SideState state(Path path, SegmentHeader header, long size, int claimed)
      throws IOException {
    long limit = Math.min(size, (long) Segment.HEADER + Math.max(Frame.HEADER, claimed));
    Region data = Region.read(path, limit);
    try {
      FrameReader reader = new FrameReader(data, limit, header, salt, new CRC32C());
      return reader.next() && reader.kind() == Frame.Kind.STATE
          ? SideState.read(SideState.reading(reader.body()))
          : null;
    } finally {
      data.free();
    }
  }

  /** Drops segments that were compacted, but not yet deleted. */
  private void dropReplaced() {
    for (Link compacted : List.copyOf(links)) {
      SegmentHeader by = compacted.header();
      if (by.compacted()) {
        drop(
            other ->
                !other.equals(compacted)
                    && other.header().order() >= by.from()
                    && other.header().order() <= by.order()
                    && (!other.header().compacted() || other.header().from() >= by.from()));
      }
    }
  }

  /** Drops segments from before the last clear that are not yet deleted. */
  private void dropCleared() {
    links.sort(Comparator.comparingLong(link -> link.header().order()));
    long begins = 0;
    for (Link link : links) {
      if (link.header().begins()) {
        begins = link.header().order();
      }
    }
    long first = begins;
    drop(link -> link.header().order() < first);
  }

  private void drop(Predicate<Link> gone) {
    for (Link link : List.copyOf(links)) {
      if (gone.test(link)) {
        links.remove(link);
        leftOver.add(link.path());
      }
    }
  }

  private void checkWhole(Path directory) {
    long expected = 1;
    for (Link link : links) {
      if (link.header().from() != expected && !link.header().begins()) {
        // The whole journal was forced before any segment was compacted.
        if (expected <= trusted.order() || link.header().compacted()) {
          throw missing(directory, expected);
        }
        long gap = expected;
        drop(behind -> behind.header().order() > gap); // never written back, like the gap before it
        break;
      }
      expected = link.header().order() + 1;
    }
    if (expected <= trusted.order()) {
      throw missing(directory, expected);
    }
    if (!links.isEmpty() && links.get(links.size() - 1).header().compacted()) {
      throw missing(directory, expected);
    }
  }

  private static OpenFailedException missing(Path directory, long order) {
    return new OpenFailedException(
        String.format(
            Locale.ROOT,
            "%s is damaged: segment %d of the journal is missing; restore the directory from a"
                + " copy",
            directory,
            order),
        null);
  }

  public static OpenFailedException damaged(Path path, long offset, String reason) {
    return new OpenFailedException(
        String.format(
            Locale.ROOT,
            "%s is damaged at offset %d: %s; nothing was changed, restore it from a copy",
            path,
            offset,
            reason),
        null);
  }
}
