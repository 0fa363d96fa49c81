package io.databroker.offheap.journal;

/** The history whose records a journal holds. Only the writer calls the methods that change it. */
public interface JournalOwner {
  /** Returns the segments that hold its records. */
  Directory directory();

  void setDirectory(Directory next);

  /** Returns the last version that was appended; only for the writer. */
  long lastVersion();

  /** Returns the state without records, which each segment begins with; only for the writer. */
  SideState state();

  /** Returns the first version that the feed holds, as readers see it. */
  long firstHeld();

  /** Returns the version of the oldest open snapshot, or {@link Long#MAX_VALUE}. */
  long oldestSnapshot();

  /** Ends the oldest open snapshot, so that it pins no more records. */
  void expireOldestSnapshot();
}
