package io.databroker.offheap.journal;

import java.io.IOException;

/** Told how far the journal is written, and how far it is forced. */
public interface Progress {
  /** All before that place was acknowledged. */
  void acknowledged(long order, long end);

  /** All before that place survives a loss of power; to be said with the next one above. */
  void forced(long order, long end);

  /** Has what was told survive a loss of power. */
  void persist() throws IOException;
}
