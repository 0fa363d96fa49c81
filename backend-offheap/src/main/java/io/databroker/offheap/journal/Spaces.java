package io.databroker.offheap.journal;

import io.databroker.offheap.memory.RamSpace;
import io.databroker.offheap.memory.Space;
import java.io.IOException;

/** Where segments come from. */
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

  /** What makes a frame one of this store. */
  long salt();

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
  }
}
