package io.databroker.offheap.journal;

import java.io.IOException;
import java.io.SyncFailedException;

/** Fsync for a purpose other than a write. */
public interface Forcing {
  /** Throws {@link SyncFailedException} if the disk failed. */
  void run() throws IOException;
}
