package io.databroker.offheap.journal;

/** The history whose records the journal takes. All of it is the writer's. */
public interface JournalOwner {
  /** The segments that hold its records. */
  Directory directory();

  void setDirectory(Directory next);

  /** The last version that was appended. */
  long lastVersion();

  /** All that is not records, as it stands: each segment begins with it. */
  SideState state();
}
