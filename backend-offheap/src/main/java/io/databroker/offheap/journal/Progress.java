package io.databroker.offheap.journal;

import java.io.IOException;

/** Mark of how far the journal is written, and how far it is forced. */
public interface Progress {
  /** Records that everything before a place was acknowledged. */
  void acknowledged(long order, long end);

  /**
   * Records that everything before a place survives a loss of power; the next acknowledgement
   * stores it.
   */
  void forced(long order, long end);

  /**
   * Records for the next open that an fsync failed. Any thread may call it, at any time before the
   * close.
   */
  void failed();

  /**
   * Records for the next open that an fsync begins. If the process ends before {@link #ended}, the
   * result of the fsync is unknown. Any thread may call it.
   */
  void begins();

  /** Records that an fsync ended, after {@link #failed} if it failed. */
  void ended();

  /** Forces the mark to the disk. */
  void persist() throws IOException;
}
