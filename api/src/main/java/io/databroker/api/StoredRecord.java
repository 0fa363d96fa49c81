package io.databroker.api;

import java.time.Instant;

/**
 * A record as a backend stored it.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param type what kind of record it is
 * @param id which of its type it is
 * @param version the version of the write that stored it; 0 only in the answer to a delete of what
 *     was absent
 * @param payload what was stored; of a delete, the last payload
 * @param modifiedAt when it was written or deleted, to the microsecond
 * @param deleted whether that write was a delete
 */
public record StoredRecord(
    String type, String id, long version, Bytes payload, Instant modifiedAt, boolean deleted) {

  /** Checks that nothing is null. */
  public StoredRecord {
    Require.nonNull("type", type);
    Require.nonNull("id", id);
    Require.nonNull("payload", payload);
    Require.nonNull("modifiedAt", modifiedAt);
  }
}
