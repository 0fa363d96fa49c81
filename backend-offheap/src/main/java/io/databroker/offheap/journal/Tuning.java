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

  /** Bytes that the scrub verifies at once, inside the guard: a few milliseconds' work. */
  static final int SCRUB_STEP = 1 << 20;

  /** Pause between two steps of the scrub: 4 MiB a second take a percent of one core. */
  static final long SCRUB_PAUSE_NANOS = 250_000_000;

  /** Pause between two passes of the scrub. */
  static final long SCRUB_REST_NANOS = 3_600_000_000_000L;

  private Tuning() {}
}
