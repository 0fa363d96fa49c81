package io.databroker.offheap.journal;

import io.databroker.api.OpenFailedException;
import io.databroker.offheap.memory.Fsync;
import io.databroker.offheap.memory.Region;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Mark of how far the journal is acknowledged and forced. It distinguishes a torn tail from damage.
 * It lies in a mapped file with two slots, written in turn, so that a kill in the middle of a write
 * leaves the other slot. The block of the file is allocated at creation, so a full disk cannot make
 * a write fail.
 */
public final class Control implements Progress {
  public static final String FILE = "control";

  private static final int SIZE = 4096;
  private static final int SLOT = 512;
  private static final int FIELDS = 8;
  private static final int CHECKED = FIELDS * Long.BYTES;
  private static final long MAGIC = 0x4C4F_5254_4E4F_4342L;
  private static final long CLEAN = 1;
  private static final long FORCES = 2;

  /** Place of {@link #FAILED}, behind both slots: any thread may write there at any time. */
  private static final int FAILURE = 2 * SLOT;

  private static final long FAILED = 0x4445_4C49_4146_4342L;

  /** Place of {@link #RUNS}, which is set during an fsync. */
  private static final int FSYNC = FAILURE + Long.BYTES;

  private static final long RUNS = 0x434E_5953_4652_4342L;

  /**
   * A place in the journal.
   *
   * @param order the order of the segment
   * @param end the offset in the segment
   */
  public record Mark(long order, long end) implements Comparable<Mark> {
    public static final Mark NONE = new Mark(0, 0);

    @Override
    public int compareTo(Mark other) {
      return order != other.order ? Long.compare(order, other.order) : Long.compare(end, other.end);
    }
  }

  /**
   * Content of the control file.
   *
   * @param acknowledged end of the acknowledged part of the journal
   * @param forced end of the part that survives a loss of power
   * @param boot the boot id of the machine when it wrote the file; 0 if unknown
   * @param clean whether the store was closed
   * @param forces whether each write was forced before it was acknowledged or visible
   * @param failed whether an fsync failed: what is not in the forced part may be in the page cache
   *     alone, although the system counts it as written
   * @param ran whether the process, or the machine, may have ended during an fsync, so that nobody
   *     learned its result
   */
  public record Left(
      Mark acknowledged,
      Mark forced,
      long boot,
      boolean clean,
      boolean forces,
      boolean failed,
      boolean ran) {
    public static final Left NOTHING = new Left(Mark.NONE, Mark.NONE, 0, true, true, false, false);

    /** Returns the mark before which the journal must be complete; a gap before it is damage. */
    public Mark trusted(long bootNow) {
      return lostNothing(bootNow) ? acknowledged : forced;
    }

    /** Returns whether the files hold all writes: the machine has not gone down since. */
    public boolean lostNothing(long bootNow) {
      return clean || (boot != 0 && boot == bootNow);
    }
  }

  private final Path file;
  private final Region region;
  private final ByteBuffer slot = ByteBuffer.allocate(SLOT).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C checksum = new CRC32C();
  private final long boot;
  private final boolean forces;
  private long sequence;
  private Mark acknowledged = Mark.NONE;
  private Mark forced = Mark.NONE;

  /** Number of fsyncs that run. */
  private int running;

  private Control(Path file, Region region, long sequence, long boot, boolean forces) {
    this.file = file;
    this.region = region;
    this.sequence = sequence;
    this.boot = boot;
    this.forces = forces;
  }

  /** Reads the file; returns null if there is none. */
  public static @Nullable Left read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return null;
    }
    byte[] content = Files.readAllBytes(file);
    ByteBuffer newest = newest(content);
    if (newest == null) {
      throw new OpenFailedException(
          String.format(
              Locale.ROOT,
              "%s is damaged at offset 0: neither of its slots is whole; restore it from a copy of"
                  + " the directory",
              file),
          null);
    }
    long flags = newest.getLong(56);
    return new Left(
        new Mark(newest.getLong(16), newest.getLong(24)),
        new Mark(newest.getLong(32), newest.getLong(40)),
        newest.getLong(48),
        (flags & CLEAN) != 0,
        (flags & FORCES) != 0,
        has(content, FAILURE, FAILED),
        has(content, FSYNC, RUNS));
  }

  private static boolean has(byte[] content, int at, long mark) {
    return content.length >= at + Long.BYTES
        && ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong(at) == mark;
  }

  private static @Nullable ByteBuffer newest(byte[] content) {
    ByteBuffer newest = null;
    for (int i = 0; i < 2 && content.length >= (i + 1) * SLOT; i++) {
      ByteBuffer one = ByteBuffer.wrap(content, i * SLOT, SLOT).slice();
      one.order(ByteOrder.LITTLE_ENDIAN);
      CRC32C checksum = new CRC32C();
      checksum.update(content, i * SLOT, CHECKED);
      boolean whole = one.getLong(0) == MAGIC && one.getLong(CHECKED) == checksum.getValue();
      if (whole && (newest == null || one.getLong(8) > newest.getLong(8))) {
        newest = one;
      }
    }
    return newest;
  }

  /** Opens the file for writing; creates it if missing. */
  public static Control open(Path directory, long boot, boolean forces) throws IOException {
    Path file = directory.resolve(FILE);
    long sequence = 0;
    if (Files.exists(file) && Files.size(file) == SIZE) {
      ByteBuffer newest = newest(Files.readAllBytes(file));
      sequence = newest == null ? 0 : newest.getLong(8);
    } else {
      Control blank = new Control(file, Region.allocate(SIZE), 0, boot, forces);
      byte[] content = new byte[SIZE];
      blank.encode(CLEAN);
      System.arraycopy(blank.slot.array(), 0, content, SLOT, SLOT);
      blank.region.free();
      StoreFiles.replace(file, content);
      sequence = 1;
    }
    return new Control(file, Region.map(file, SIZE, true), sequence, boot, forces);
  }

  @Override
  public void acknowledged(long order, long end) {
    acknowledged = new Mark(order, end);
    write(0);
  }

  @Override
  public void forced(long order, long end) {
    forced = new Mark(order, end);
  }

  @Override
  public void failed() {
    region.putLongOrdered(FAILURE, FAILED);
  }

  @Override
  public synchronized void begins() {
    if (forces && running++ == 0) {
      region.putLongOrdered(FSYNC, RUNS);
    }
  }

  @Override
  public synchronized void ended() {
    if (forces && --running == 0) {
      region.putLongOrdered(FSYNC, 0);
    }
  }

  /**
   * Records that everything an fsync may have missed is on the disk; called while no fsync runs.
   * The mark of an fsync may be that of a store that was opened with another durability.
   */
  public void recovered() {
    region.putLongOrdered(FAILURE, 0);
    region.putLongOrdered(FSYNC, 0);
  }

  /**
   * First removes the mark that an fsync runs: forcing this file would bring the mark to the disk,
   * and after a loss of power the next open would make a useless copy. This fsync needs no mark:
   * after a kill, the next open writes the file anew before it forces it.
   */
  @Override
  public void persist() throws IOException {
    removeOnlyMark();
    Fsync.force(file);
  }

  private synchronized void removeOnlyMark() {
    if (running <= 1) {
      region.putLongOrdered(FSYNC, 0);
    }
  }

  private void encode(long flags) {
    slot.putLong(0, MAGIC).putLong(8, ++sequence);
    slot.putLong(16, acknowledged.order).putLong(24, acknowledged.end);
    slot.putLong(32, forced.order).putLong(40, forced.end);
    slot.putLong(48, boot).putLong(56, flags | (forces ? FORCES : 0));
    checksum.reset();
    checksum.update(slot.array(), 0, CHECKED);
    slot.putLong(CHECKED, checksum.getValue());
  }

  private void write(long flags) {
    encode(flags);
    region.put((sequence & 1) * SLOT, slot.array(), CHECKED + Long.BYTES);
  }

  /** Records a clean close, after the journal was forced, and closes the file. */
  public void close() throws IOException {
    forced = acknowledged;
    write(CLEAN);
    region.free();
    Fsync.force(file);
  }

  /** Closes the file without a change. */
  public void abandon() {
    region.free();
  }
}
