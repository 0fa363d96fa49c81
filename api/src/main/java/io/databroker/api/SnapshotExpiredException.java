package io.databroker.api;

import java.util.Locale;

/** A snapshot was open for longer than the backend can hold it (SNAP-4). */
public final class SnapshotExpiredException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final long version;

  /** Creates the error for a snapshot at the given version. */
  public SnapshotExpiredException(long version) {
    super(
        ErrorId.SNAPSHOT_EXPIRED,
        String.format(
            Locale.ROOT,
            "snapshot at version %s has expired; take another snapshot",
            Long.toUnsignedString(version)),
        null);
    this.version = version;
  }

  /** Returns the version of the snapshot, unsigned. */
  public long version() {
    return version;
  }
}
