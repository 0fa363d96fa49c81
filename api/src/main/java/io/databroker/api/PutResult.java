package io.databroker.api;

import java.util.List;

/**
 * Result of a batch.
 *
 * @param serverVersion the history that the batch was written to
 * @param records each record as stored, one for each write, in the order of the batch (PUT-8)
 */
public record PutResult(long serverVersion, List<StoredRecord> records) {
  /** Rejects null and copies the list. */
  public PutResult {
    records = List.copyOf(Require.nonNull("records", records));
  }
}
