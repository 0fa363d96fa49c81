package io.databroker.api;

import java.util.List;

/**
 * The answer to a batch.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param serverVersion the history that it was written to
 * @param records each record as stored, in the order and number of the batch (PUT-8)
 */
public record PutResult(long serverVersion, List<StoredRecord> records) {
  /** Takes an unmodifiable copy of the list. */
  public PutResult {
    records = List.copyOf(Require.nonNull("records", records));
  }
}
