package io.databroker.api.support;

import io.databroker.api.LimitExceededException;

/**
 * Size of the last payloads of the records that one batch deletes and evicts. A backend whose
 * records are not on the heap reads these payloads for the result and for feeds, so it limits their
 * size (LIMIT-3).
 *
 * <p><b>Thread-safety:</b> none; used by one call.
 */
public final class LastPayloads {
  /** Largest sum of one batch, in bytes. */
  public static final long MOST_BYTES = 64 << 20;

  /**
   * Sum at which a backend ends a batch of an expiry or of a lowered capacity, in bytes: a feed
   * delivers a batch in one answer, with all last payloads.
   */
  public static final long BATCH_BYTES = 4 << 20;

  private long bytes;

  /** Begins the count of a batch. */
  public LastPayloads() {}

  /**
   * Adds a record that the batch deletes or evicts.
   *
   * @param payloadBytes the size of its last payload
   * @throws LimitExceededException if the sum is over the limit; the caller applies nothing
   */
  public void add(long payloadBytes) {
    bytes += payloadBytes;
    if (bytes > MOST_BYTES) {
      throw new LimitExceededException(
          "batch, with the payloads of the records that it deletes or evicts,",
          bytes,
          MOST_BYTES,
          "bytes");
    }
  }
}
