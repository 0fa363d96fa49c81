package io.databroker.offheap.memory;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A file, written by calls and read through the page cache. It writes through {@link
 * RandomAccessFile}, because an interrupt of one caller would close a channel for all.
 */
public final class FileSpace implements Space {
  private static final byte[] NOTHING = new byte[8];

  /**
   * Zeros written ahead to allocate blocks: more zeros make single fsyncs slower, and fewer zeros
   * need more fsyncs.
   */
  private static final byte[] BLOCKS = new byte[256 << 10];

  private volatile Path file;

  /** The file system's key of the file; null if it has none. */
  private final @Nullable Object key;

  private final RandomAccessFile writer;
  private BooleanSupplier moreRoom = () -> false;
  private final Region region;

  /** Position of the writer. */
  private long position;

  /** True if the file's name survives a loss of power. */
  private volatile boolean named;

  private volatile long written;

  /** End of the allocated blocks; {@link Long#MAX_VALUE} if each write allocates its own. */
  private long made;

  /** Bytes from the beginning that survive a loss of power. */
  public volatile long forced;

  /** Counts the fsyncs of the content. */
  public volatile int fsyncs;

  /**
   * @param ahead whether to allocate blocks ahead of the writes
   */
  public FileSpace(Path file, RandomAccessFile writer, Region region, boolean ahead)
      throws IOException {
    this.file = file;
    this.key = FileKey.of(file).key();
    this.writer = writer;
    this.region = region;
    this.made = ahead ? 0 : Long.MAX_VALUE;
  }

  /**
   * Creates a file of the given size.
   *
   * @param ahead whether to allocate blocks some way ahead of the writes, because an fsync after a
   *     new block takes 1.5 times as long; otherwise each write allocates its own
   */
  public static FileSpace create(Path file, long size, boolean ahead) throws IOException {
    Files.deleteIfExists(file);
    try {
      return open(file, size, 0, ahead);
    } catch (IOException | RuntimeException | Error failed) {
      Files.deleteIfExists(file);
      throw failed;
    }
  }

  /**
   * Creates a file of the given size under a temporary name, until {@link #moveTo}.
   *
   * @param moreRoom frees room on a full disk; returns whether it did
   */
  public static FileSpace createUnnamed(Path file, long size, BooleanSupplier moreRoom)
      throws IOException {
    FileSpace space = create(file, size, false);
    space.named = true;
    space.moreRoom = moreRoom;
    return space;
  }

  /**
   * Opens an existing file.
   *
   * @param survives whether its content survives a loss of power
   */
  public static FileSpace open(Path file, long size, boolean survives) throws IOException {
    FileSpace space = open(file, size, size, false);
    space.forced = survives ? size : 0;
    space.named = survives;
    return space;
  }

  /**
   * Opens an existing file, to append to its content.
   *
   * @param end the end of its content
   * @param size the size to which it may grow
   * @param survives whether its content survives a loss of power
   * @param ahead as for {@link #create}
   */
  public static FileSpace openToAppend(
      Path file, long end, long size, boolean survives, boolean ahead) throws IOException {
    FileSpace space = open(file, size, end, false);
    space.forced = survives ? end : 0;
    space.named = survives;
    space.made = ahead ? end : Long.MAX_VALUE;
    return space;
  }

  private static FileSpace open(Path file, long size, long written, boolean ahead)
      throws IOException {
    RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw");
    try {
      if (writer.length() < size) {
        writer.setLength(size);
      }
      FileSpace space = new FileSpace(file, writer, Region.map(file, size, false), ahead);
      space.written = written;
      return space;
    } catch (IOException | RuntimeException | Error failed) {
      writer.close();
      throw failed;
    }
  }

  @Override
  public Region region() {
    return region;
  }

  @Override
  public void write(long at, byte[] bytes, int length) throws IOException {
    forced = Math.min(forced, at);
    if (at + length > made) {
      makeAhead(at);
    }
    try {
      if (at != position) {
        writer.seek(at);
      }
      position = -1;
      writer.write(bytes, 0, length);
      position = at + length;
      written = Math.max(written, position); // a failed write needs no fsync
      made = Math.max(made, position); // otherwise zeros written ahead would overwrite it later
    } catch (IOException failed) {
      blank(at);
      if (moreRoom.getAsBoolean()) {
        write(at, bytes, length);
      } else {
        throw failed;
      }
    }
  }

  /** Allocates blocks ahead, if there is room; a write itself reports a full disk. */
  private void makeAhead(long from) {
    long begin = Math.max(made, from);
    int length = (int) Math.min(BLOCKS.length, region.size() - begin);
    try {
      position = -1;
      writer.seek(begin);
      writer.write(BLOCKS, 0, length);
      made = begin + length;
    } catch (IOException | OutOfMemoryError full) {
      // A full disk: the next write reports it.
    }
  }

  /**
   * A frame begins with its length, and length 0 means no frame. Write without reading first:
   * reading a hole of a full tmpfs through the mapping is a SIGBUS. If the write fails, there was
   * no block before, and a hole reads as 0.
   */
  private void blank(long at) {
    try {
      writer.seek(at);
      writer.write(NOTHING);
    } catch (IOException hole) {
      // A hole: it reads as 0.
    }
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // one fsync at a time
  public void force() throws IOException {
    long upTo = written;
    if (forced < upTo) {
      Fsync.run(() -> writer.getFD().sync());
      forced = upTo;
      fsyncs = fsyncs + 1;
    }
    if (!named) {
      Fsync.forceName(file);
      named = true;
    }
  }

  /** Renames the file; the caller forces the name. Open handles stay valid. */
  public void moveTo(Path name) throws IOException {
    Files.move(file, name, StandardCopyOption.ATOMIC_MOVE);
    file = name;
  }

  @Override
  public void seal(long end) throws IOException {
    writer.setLength(end);
  }

  /**
   * Extends the file again to the size of its region, which {@link #seal} cut; the added part is a
   * hole.
   */
  public void unseal() throws IOException {
    writer.setLength(region.size());
  }

  @Override
  public boolean exists() throws IOException {
    try {
      file.getFileSystem().provider().checkAccess(file);
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  @Override
  public boolean isThere() throws IOException {
    return new FileKey(file, key).isThere();
  }

  /** Deletes the file, but not one that has taken its name: it may belong to another store. */
  @Override
  public void delete() throws IOException {
    if (isThere()) {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void free() {
    region.free();
    try {
      writer.close();
    } catch (IOException closing) {
      // All bytes were written by calls, so closing the file writes nothing.
    }
  }

  @Override
  public String name() {
    return file.toString();
  }
}
