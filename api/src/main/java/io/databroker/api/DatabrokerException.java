package io.databroker.api;

import org.jspecify.annotations.Nullable;

/**
 * Error of the SPI. The message begins with the {@link #id}, names the offending value, and says
 * what to do (ERR-1 to ERR-3).
 */
public abstract sealed class DatabrokerException extends RuntimeException
    permits ClosedException,
        ConditionFailedException,
        FutureVersionException,
        HistoryReplacedException,
        HistoryTrimmedException,
        InvalidArgumentException,
        LimitExceededException,
        OpenFailedException,
        OutcomeUnknownException,
        SnapshotExpiredException,
        StorageFailedException,
        StorageFullException,
        UnavailableException,
        UnsupportedException {
  private static final long serialVersionUID = 1L;

  private static final String SEPARATOR = ": ";

  private final ErrorId id;

  DatabrokerException(ErrorId id, String message, @Nullable Throwable cause) {
    super(id.label() + SEPARATOR + message, cause);
    this.id = id;
  }

  /** Creates an equal error with a stack trace of its own; the given one is the cause. */
  DatabrokerException(DatabrokerException other) {
    super(other.getMessage(), other);
    this.id = other.id;
  }

  /** Returns the message without the name of the error, for a place that names its kind itself. */
  public String problem() {
    return String.valueOf(getMessage()).substring(id.label().length() + SEPARATOR.length());
  }

  /** Returns the stable name of this error. */
  public ErrorId id() {
    return id;
  }
}
