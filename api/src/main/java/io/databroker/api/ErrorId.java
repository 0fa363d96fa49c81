package io.databroker.api;

/**
 * The stable name of an error: what programs compare, logs keep and the wire carries (ERR-1).
 *
 * <p><b>Thread-safety:</b> immutable.
 */
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
  OPEN_FAILED("open-failed");

  private final String label;

  ErrorId(String label) {
    this.label = label;
  }

  /** The name itself; it never changes. */
  public String label() {
    return label;
  }

  @Override
  public String toString() {
    return label;
  }
}
