package io.databroker.postgres;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Row to insert in a transaction: a put, or a delete of a live record. */
final class NewRow {
  final long version;

  /** The time of the write, in microseconds since 1970. */
  final long micros;

  final String type;
  final String id;

  /** Null if the payload was not read: the row gets its copy within the server. */
  final @Nullable Bytes payload;

  /** The live version that this row replaces; 0 if there is none. */
  final long previous;

  final boolean deleted;

  /** Digests of the values of indexed fields. */
  final List<UUID> digests;

  /** The last version of the batch. */
  long batch;

  /** A version of the same transaction that replaces this one; 0 if there is none. */
  long replacedBy;

  NewRow(
      long version,
      long micros,
      String type,
      String id,
      @Nullable Bytes payload,
      long previous,
      boolean deleted,
      List<UUID> digests) {
    this.version = version;
    this.micros = micros;
    this.type = type;
    this.id = id;
    this.payload = payload;
    this.previous = previous;
    this.deleted = deleted;
    this.digests = digests;
  }

  /** Returns the record as stored; the payload must be known. */
  StoredRecord record() {
    Bytes stored = payload;
    if (stored == null) {
      throw new IllegalStateException("the payload of version " + version + " is on the server");
    }
    return new StoredRecord(type, id, version, stored, Rows.instant(micros), deleted);
  }
}
