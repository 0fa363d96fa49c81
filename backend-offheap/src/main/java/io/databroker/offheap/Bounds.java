package io.databroker.offheap;

/** Limits on the heap use of the store, as shares of the largest heap of the JVM. */
final class Bounds {
  /**
   * Bytes of leases. Each segment begins with a copy of all leases, so the heap needs room for the
   * table and two such copies.
   */
  static final long LEASE_BYTES = Runtime.getRuntime().maxMemory() / 16;

  /** Bytes of options. Each segment begins with a copy of all options, as with leases. */
  static final long OPTION_BYTES = Runtime.getRuntime().maxMemory() / 16;

  /**
   * Largest number of types that are in use or held by the feed: each takes about 400 bytes, and
   * types may take at most half of the heap.
   */
  static final long TYPES = Runtime.getRuntime().maxMemory() / 800;

  /** Smallest {@code cacheBytes} that is not 0: a record of 15 KB still gets a copy. */
  static final long LEAST_CACHE_BYTES = 1 << 20;

  /** Largest {@code cacheBytes}. */
  static final long CACHE_BYTES = Runtime.getRuntime().maxMemory() / 2;

  /**
   * Step of the lease tokens after a lost tail: larger than the number of grants between two
   * fsyncs.
   */
  static final long LOST_TOKENS = 1L << 32;

  private Bounds() {}
}
