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
   * Records that an fsync failed, so that the next open knows of it. Any thread may call it, at any
   * time before the close.
   */
  void failed();

  /**
   * Records that an fsync begins, so that the next open knows of it. If the process ends before
   * {@link #ended}, the result of the fsync is unknown. Any thread may call it.
   */
  void begins();

  /** Records that an fsync ended, after {@link #failed} if it failed. */
  void ended();

  /** Forces the mark to the disk. */
  void persist() throws IOException;
}
