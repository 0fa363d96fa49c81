package io.databroker.offheap;

/** What an acknowledged write survives, in a directory. */
enum Durability {
  /** The end of the process, at any instant. */
  PROCESS,
  /** A loss of power as well: it was forced to the disk, together with its neighbours. */
  DISK
}
