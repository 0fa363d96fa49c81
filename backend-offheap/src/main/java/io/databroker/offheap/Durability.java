package io.databroker.offheap;

/** Failures that an acknowledged write in a directory survives. */
enum Durability {
  /** The end of the process, at any instant. */
  PROCESS,
  /**
   * A loss of power as well: an fsync, shared by concurrent writes, forced the write to the disk.
   */
  DISK
}
