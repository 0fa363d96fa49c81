package io.databroker.api;

/** Stable name of an error, for programs, logs and the wire (ERR-1). */
public enum ErrorId {
  /** {@link InvalidArgumentException}. */
  INVALID_ARGUMENT("invalid-argument"),
  /** {@link LimitExceededException}. */
  LIMIT_EXCEEDED("limit-exceeded"),
  /** {@link ConditionFailedException}. */
  CONDITION_FAILED("condition-failed"),
  /** {@link HistoryReplacedException}. */
  HISTORY_REPLACED("history-replaced"),
  /** {@link HistoryTrimmedException}. */
  HISTORY_TRIMMED("history-trimmed"),
  /** {@link FutureVersionException}. */
  FUTURE_VERSION("future-version"),
  /** {@link SnapshotExpiredException}. */
  SNAPSHOT_EXPIRED("snapshot-expired"),
  /** {@link ClosedException}. */
  CLOSED("closed"),
  /** {@link UnavailableException}. */
  UNAVAILABLE("unavailable"),
  /** {@link OutcomeUnknownException}. */
  OUTCOME_UNKNOWN("outcome-unknown"),
  /** {@link StorageFullException}. */
  STORAGE_FULL("storage-full"),
  /** {@link StorageFailedException}. */
  STORAGE_FAILED("storage-failed"),
  /** {@link OpenFailedException}. */
  OPEN_FAILED("open-failed"),
  /** {@link UnsupportedException}. */
  UNSUPPORTED("unsupported");

  private final String label;

  ErrorId(String label) {
    this.label = label;
  }

  /** Returns the name, which never changes. */
  public String label() {
    return label;
  }

  @Override
  public String toString() {
    return label;
  }
}
