package io.databroker.offheap.directory;

import io.databroker.offheap.journal.StoreFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Disk space that a store reserves while the disk has room. On a full disk the store releases it
 * for operations that make room: an open, a delete, a trim, a compaction. Ordinary writes never get
 * it, and deletes only half of it, so that a compaction can free the deleted records.
 *
 * <p><b>Thread-safety:</b> any thread may call it.
 */
public final class Reserve implements StoreFiles.Room {
  /** The name of the file. */
  public static final String FILE = "reserve";

  private static final int BLOCK = 64 << 10;
  private static final long SMALLEST = 4 * BLOCK;

  private final Path file;

  /** Half of the reserve, which deletes leave to compactions. */
  private long share;

  /** Returns the reserve in the given directory, with its present size. */
  public Reserve(Path directory) {
    this.file = directory.resolve(FILE);
  }

  @Override
  public synchronized boolean giveForDelete() {
    return size() > share && shrink(BLOCK);
  }

  @Override
  public synchronized boolean giveForUpkeep() {
    return shrink(BLOCK);
  }

  @Override
  public synchronized long size() {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException gone) {
      return 0;
    }
  }

  /**
   * Gives back all of it, and the file: a file system may have room for bytes but for no more
   * files.
   *
   * @return whether there was any
   */
  public synchronized boolean giveAll() {
    try {
      return Files.deleteIfExists(file);
    } catch (IOException failed) {
      return false;
    }
  }

  private boolean shrink(long by) {
    if (!Files.exists(file)) {
      return false;
    }
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      long size = open.length();
      open.setLength(size > by ? size - by : 0);
      return size > 0;
    } catch (IOException failed) {
      return false;
    }
  }

  /**
   * Reserves up to an eighth of the journal's size, as far as the disk has room: half of it for
   * deletes, half for compactions.
   *
   * @param journal the bytes in the journal
   * @param most the largest size of each half
   */
  public synchronized void fill(long journal, long most) {
    share = Math.max(SMALLEST, Math.min(journal / 16, most));
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      // Some file systems keep no blocks for zeros.
      SplittableRandom random = new SplittableRandom(file.hashCode());
      byte[] block = new byte[BLOCK];
      open.seek(open.length());
      while (open.getFilePointer() < 2 * share) {
        random.nextBytes(block);
        open.write(block);
      }
    } catch (IOException full) {
      // The reserve stays smaller until the disk has more room.
    }
  }
}
