package io.databroker.host;

import io.databroker.api.StoredRecord;

/**
 * A record whose payload its codec cannot read. The record is as it was.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class UndecodableRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String type;
  private final String id;
  private final long version;

  UndecodableRecordException(StoredRecord stored, RuntimeException cause) {
    super(
        "undecodable record (\"%s\", \"%s\") of version %s, %d bytes: %s; write it anew, or read it with the codec that wrote it"
            .formatted(
                stored.type(),
                stored.id(),
                Long.toUnsignedString(stored.version()),
                stored.payload().size(),
                cause),
        cause);
    this.type = stored.type();
    this.id = stored.id();
    this.version = stored.version();
  }

  /** The type of the record. */
  public String type() {
    return type;
  }

  /** The id of the record. */
  public String id() {
    return id;
  }

  /** The version of the record, unsigned. */
  public long version() {
    return version;
  }
}
