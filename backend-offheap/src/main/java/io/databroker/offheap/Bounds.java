package io.databroker.offheap;

/** Bounds on what the store keeps on the heap, as shares of the largest heap the JVM may use. */
final class Bounds {
  /**
   * Bytes of leases. Each segment begins with a copy of all of them, so beside the table there must
   * be room for that copy, twice.
   */
  static final long LEASE_BYTES = Runtime.getRuntime().maxMemory() / 16;

  /**
   * Types that are in use or held by the feed: each takes about 400 bytes, and at most half of the
   * heap may hold types.
   */
  static final long TYPES = Runtime.getRuntime().maxMemory() / 800;

  /**
   * Step of the lease tokens after a lost tail: larger than the number of grants between two
   * fsyncs.
   */
  static final long LOST_TOKENS = 1L << 32;

  private Bounds() {}
}
