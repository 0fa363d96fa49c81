package io.databroker.offheap.journal;

import io.databroker.offheap.memory.DirectoryLostException;
import io.databroker.offheap.memory.RamSpace;
import io.databroker.offheap.memory.Space;
import java.io.IOException;

/** Source of the spaces of segments: files or memory. */
public interface Spaces {
  /**
   * Creates a space for the segment at the given place in the journal.
   *
   * @throws IOException if that fails; nothing is left behind
   */
  Space create(long order, long size) throws IOException;

  /** Creates a space for a compacted segment; an open ignores it until {@link #adopt}. */
  Space createCompacted(long order, long size) throws IOException;

  /**
   * Replaces the source segments by the compacted space for every later open, and forces the
   * replacement to the disk.
   */
  void adopt(Space compacted, long order) throws IOException;

  /**
   * Checks that the directory is still the one that was opened.
   *
   * @throws DirectoryLostException if it was removed or replaced
   */
  default void checkThere() throws IOException {}

  /** Returns the number of the store, which is part of each checksum. */
  long salt();

  /**
   * Returns whether the write that has just failed lacked room, so that it may succeed later;
   * otherwise the disk failed. Call it right after the failure.
   */
  boolean lacksRoom();

  /** Kinds of operations that need room on a full disk. */
  enum RoomFor {
    /** Writes that add records or state: they get no reserved room. */
    WRITES,
    /** Deletes of records. */
    DELETES,
    /** A trim, a clear, a compaction. */
    UPKEEP
  }

  /** Releases some of the reserved room; returns false if none is left for that kind. */
  default boolean giveRoom(RoomFor whom) {
    return false;
  }

  /** Returns how many of the wanted bytes a compaction will find. */
  default long roomForUpkeep(long wanted) {
    return wanted;
  }

  /** Spaces in the memory of this process. */
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
