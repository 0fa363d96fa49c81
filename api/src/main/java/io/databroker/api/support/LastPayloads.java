package io.databroker.api.support;

import io.databroker.api.LimitExceededException;
import io.databroker.api.StoredRecord;

/**
 * Size of the last payloads of the records that one batch deletes. A backend whose records are not
 * on the heap reads them for the result, so it limits them (LIMIT-3).
 *
 * <p><b>Thread-safety:</b> none; used by one call.
 */
public final class LastPayloads {
  /** Largest sum of one batch, in bytes. */
  public static final long MOST_BYTES = 64 << 20;

  private long bytes;

  /** Begins the count of a batch. */
  public LastPayloads() {}

  /**
   * Adds a record of the result, if it is deleted.
   *
   * @throws LimitExceededException if the sum is over the limit; the caller applies nothing
   */
  public void add(StoredRecord stored) {
    if (stored.deleted()) {
      bytes += stored.payload().size();
      if (bytes > MOST_BYTES) {
        throw new LimitExceededException(
            "batch, with the payloads of the records that it deletes,", bytes, MOST_BYTES, "bytes");
      }
    }
  }
}
