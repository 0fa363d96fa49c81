package io.databroker.api;

import java.time.Instant;

/**
 * A record as a backend stored it.
 *
 * @param type the type of the record
 * @param id the id of the record within its type
 * @param version the version of the write that stored it; 0 only in the result of deleting an
 *     absent record
 * @param payload the stored payload; after a delete, the last payload
 * @param modifiedAt time of the write or delete, in microseconds
 * @param deleted whether the write was a delete
 */
public record StoredRecord(
    String type, String id, long version, Bytes payload, Instant modifiedAt, boolean deleted) {

  /** Rejects null. */
  public StoredRecord {
    Require.nonNull("type", type);
    Require.nonNull("id", id);
    Require.nonNull("payload", payload);
    Require.nonNull("modifiedAt", modifiedAt);
  }
}
