package io.databroker.offheap.journal;

import java.time.Duration;

/** Sizes and rates of the journal, each with its reason. */
final class Tuning {
  /**
   * Records and bytes of a compacted frame: it stays small, because a reader loads it as a whole.
   */
  static final int COMPACTED_FRAME_RECORDS = 256;

  static final int COMPACTED_FRAME_BYTES = 256 << 10;

  /**
   * Number of segments to merge although none of their records is dead: each costs a file handle, a
   * mapping and a place in every search.
   */
  static final int SMALL_SEGMENTS = 8;

  /**
   * Number of segments that open snapshots may fill with superseded records, beyond the live ones,
   * before the oldest snapshot expires.
   */
  static final int PINNED_SEGMENTS = 4;

  /**
   * Bytes of a mapped file that are copied to the heap in one piece to be verified: enough to make
   * the call cheap, and few enough to stay in the processor's cache.
   */
  static final int READ_BYTES = 32 << 10;

  /**
   * Bytes that a scrub verifies while it keeps segments from being freed: a compaction waits for no
   * more than that.
   */
  static final int SCRUB_STEP_BYTES = 1 << 20;

  /**
   * Longest time for which a scrub catches up in one tick. Without this limit, the first tick after
   * a day's pause would read the bytes of a whole day.
   */
  static final Duration SCRUB_ARREARS = Duration.ofMinutes(5);

  /** Damaged places of a segment that are kept and logged; there may be as many as records. */
  static final int KNOWN_DAMAGE = 100;

  private Tuning() {}
}
