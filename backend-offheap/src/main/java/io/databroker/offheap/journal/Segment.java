package io.databroker.offheap.journal;

import io.databroker.offheap.memory.Region;
import io.databroker.offheap.memory.Space;

/**
 * A file or memory region of the journal, with a slot for each record in it: offset, size and
 * checksum of the record, and the version that superseded it.
 *
 * <p>One writer, any number of readers, no lock. A reader looks up a version only after a commit or
 * the key index has shown that it was written: both are stored after the slot.
 *
 * <p>A normal segment holds all versions from its first to its last; a compacted segment holds the
 * live records of several segments.
 */
public final class Segment {
  /** The size of the header before the first frame. */
  public static final int HEADER = 64;

  private static final int SLOT = 32;
  private static final int SUPERSEDED = 8;
  private static final int OFFSET = 16;
  private static final int SIZE = 20;
  private static final int TYPE = 24;
  private static final int CHECKSUM = 28;

  /** Number of the segment in this process; never used again. */
  final int id;

  /** Position in the sequence of segments. */
  public final long order;

  /** The order of the first segment that it replaces; its own unless it was compacted. */
  public final long from;

  /** True if a history begins with this segment. */
  public final boolean begins;

  public final Space space;
  public final Region data;
  public final long firstVersion;

  private final boolean dense;
  private final Region slots;
  private final int room;

  /** Known damage of the segment. */
  public final Damage damage;

  private int count;
  private long lastVersion;

  /** Offset of the next frame; only for the writer. */
  public long end = HEADER;

  /** Sequence of the last frame in it, or of the last frame that a compacted segment replaces. */
  public long lastSequence;

  public Segment(
      int id,
      long order,
      long from,
      Space space,
      long firstVersion,
      int room,
      boolean dense,
      boolean begins) {
    this.id = id;
    this.order = order;
    this.from = from;
    this.space = space;
    this.data = space.region();
    this.firstVersion = firstVersion;
    this.lastVersion = firstVersion - 1;
    this.room = Math.max(1, room);
    this.dense = dense;
    this.begins = begins;
    this.damage = new Damage(space.name());
    this.slots = Region.allocate((long) this.room * SLOT);
  }

  /** Returns the largest number of records in that many bytes of frames. */
  public static int roomFor(long bytes) {
    return (int) (bytes / Frame.SMALLEST_RECORD) + 1;
  }

  public boolean isCompacted() {
    return !dense;
  }

  boolean hasRoom(int records) {
    return count + records <= room;
  }

  /** A deleted record supersedes itself: it is never live. */
  public void add(long version, long offset, int size, int type, int checksum, boolean deleted) {
    long at = (long) count * SLOT;
    slots.putLong(at, version);
    slots.putLong(at + SUPERSEDED, deleted ? version : 0);
    slots.putInt(at + OFFSET, (int) offset);
    slots.putInt(at + SIZE, size);
    slots.putInt(at + TYPE, type);
    slots.putInt(at + CHECKSUM, checksum);
    lastVersion = version;
    count++;
  }

  /** Returns the number of slots from the given index on, free ones included. */
  int slotsFrom(int index) {
    return room - index;
  }

  public int count() {
    return count;
  }

  public long lastVersion() {
    return lastVersion;
  }

  /** Returns the index of that version's slot, or -1. */
  public int indexOf(long version) {
    if (version < firstVersion || version > lastVersion) {
      return -1;
    }
    if (dense) {
      return (int) (version - firstVersion);
    }
    int index = firstFrom(version);
    return index < count && versionAt(index) == version ? index : -1;
  }

  /** Returns the index of the first slot whose version is not less. */
  public int firstFrom(long version) {
    if (dense) {
      return (int) Math.max(0, version - firstVersion);
    }
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (versionAt(middle) < version) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Returns the number of slots up to a version; all of them must have been written. */
  public int countUpTo(long version) {
    return dense ? (int) Math.max(0, version - firstVersion + 1) : firstFrom(version + 1);
  }

  public long versionAt(int index) {
    return slots.getLong((long) index * SLOT);
  }

  /** Returns the version that superseded the record; 0 if none has. */
  public long supersededAt(int index) {
    return slots.getLong((long) index * SLOT + SUPERSEDED);
  }

  public void supersede(int index, long by) {
    slots.putLongOrdered((long) index * SLOT + SUPERSEDED, by);
  }

  public boolean isLiveAt(int index, long version) {
    long superseded = supersededAt(index);
    return (superseded == 0 || superseded > version) && versionAt(index) <= version;
  }

  public long offsetAt(int index) {
    return slots.getInt((long) index * SLOT + OFFSET) & 0xFFFF_FFFFL;
  }

  public int sizeAt(int index) {
    return slots.getInt((long) index * SLOT + SIZE);
  }

  public int typeAt(int index) {
    return slots.getInt((long) index * SLOT + TYPE);
  }

  /** Returns the CRC32C that the record had when it was appended or recovered. */
  public int checksumAt(int index) {
    return slots.getInt((long) index * SLOT + CHECKSUM);
  }

  /** Returns the location that the key index keeps of a record. */
  public long locationOf(long offset) {
    return (long) id << 32 | offset;
  }

  public void free() {
    slots.free();
    space.free();
  }
}
