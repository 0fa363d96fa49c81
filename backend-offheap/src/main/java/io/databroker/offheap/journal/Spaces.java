package io.databroker.offheap.journal;

import io.databroker.offheap.memory.RamSpace;
import io.databroker.offheap.memory.Space;
import java.io.IOException;

/** Source of the spaces of segments: files or memory. */
public interface Spaces {
  /**
   * A new space for the segment of that place in the journal.
   *
   * @throws IOException if there is none; nothing is left behind
   */
  Space create(long order, long size) throws IOException;

  /** A new space for what is kept of several; it counts for nothing until {@link #adopt}. */
  Space createCompacted(long order, long size) throws IOException;

  /**
   * Makes a compacted space take the place of those that it was made of, for every later open, and
   * survive a loss of power there.
   */
  void adopt(Space compacted, long order) throws IOException;

  /** Returns the number of the store, which is part of each checksum. */
  long salt();

  /**
   * Returns whether a write that has just failed lacked room, so that it may succeed once there is
   * some; else the disk failed. Asked right after the failure.
   */
  boolean lacksRoom();

  /** Kinds of writes that ask for room on a full disk. */
  enum RoomFor {
    /** Writes that add records or state: they get none. */
    WRITES,
    /** Deletes of records. */
    DELETES,
    /** A trim, a clear, a compaction. */
    UPKEEP
  }

  /** Frees some of the room that was set aside; returns false if there is none for that. */
  default boolean giveRoom(RoomFor whom) {
    return false;
  }

  /** Returns how much of the wanted room a compaction will find. */
  default long roomForUpkeep(long wanted) {
    return wanted;
  }

  /** Memory of this process, and nothing else. */
  final class InMemory implements Spaces {
    @Override
    public Space create(long order, long size) {
      return new RamSpace(size);
    }

    @Override
    public Space createCompacted(long order, long size) {
      return new RamSpace(size);
    }

    @Override
    public void adopt(Space compacted, long order) {}

    @Override
    public long salt() {
      return 0;
    }

    @Override
    public boolean lacksRoom() {
      return false;
    }
  }
}
