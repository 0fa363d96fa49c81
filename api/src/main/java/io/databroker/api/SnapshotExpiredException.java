package io.databroker.api;

/**
 * A snapshot was kept open for longer than the backend can hold it (SNAP-4).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class SnapshotExpiredException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final long version;

  /** Names the version of the snapshot. */
  public SnapshotExpiredException(long version) {
    super(
        ErrorId.SNAPSHOT_EXPIRED,
        "what was live at version %s can no longer be told; take another snapshot"
            .formatted(Long.toUnsignedString(version)),
        null);
    this.version = version;
  }

  /** The version of the snapshot, unsigned. */
  public long version() {
    return version;
  }
}
