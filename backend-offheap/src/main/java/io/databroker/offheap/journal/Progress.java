package io.databroker.offheap.journal;

import java.io.IOException;

/** Mark that notes how far the journal is written, and how far it is forced. */
public interface Progress {
  /** Notes that all before a place was acknowledged. */
  void acknowledged(long order, long end);

  /** Notes that all before a place survives a loss of power; stored by the next acknowledgement. */
  void forced(long order, long end);

  /** Has what was told survive a loss of power. */
  void persist() throws IOException;
}
