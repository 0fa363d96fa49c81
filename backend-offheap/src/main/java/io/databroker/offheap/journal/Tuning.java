package io.databroker.offheap.journal;

/** Sizes and rates of the journal, each with its reason. */
final class Tuning {
  /** Records and bytes of a compacted frame: one is read whole, so it stays small. */
  static final int COMPACTED_FRAME_RECORDS = 256;

  static final int COMPACTED_FRAME_BYTES = 256 << 10;

  /**
   * Segments that are merged although none of their records is dead: each costs a file handle, a
   * mapping and a place in every search.
   */
  static final int SMALL_SEGMENTS = 8;

  /**
   * Segments' worth of superseded records, beyond the live ones, that open snapshots may pin before
   * the oldest of them expires.
   */
  static final int PINNED_SEGMENTS = 4;

  private Tuning() {}
}
