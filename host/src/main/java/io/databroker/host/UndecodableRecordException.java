package io.databroker.host;

import io.databroker.api.StoredRecord;
import java.util.Locale;

/** The codec cannot decode the payload of a record. The record is unchanged. */
public final class UndecodableRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String type;
  private final String id;
  private final long version;

  UndecodableRecordException(StoredRecord stored, RuntimeException cause) {
    super(
        String.format(
            Locale.ROOT,
            "undecodable record (\"%s\", \"%s\") of version %s, %d bytes: %s; overwrite it, or decode it with the codec that wrote it",
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

  /** Returns the type of the record. */
  public String type() {
    return type;
  }

  /** Returns the id of the record. */
  public String id() {
    return id;
  }

  /** Returns the version of the record, unsigned. */
  public long version() {
    return version;
  }
}
