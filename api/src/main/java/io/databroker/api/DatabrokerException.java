package io.databroker.api;

import org.jspecify.annotations.Nullable;

/**
 * What every method of the SPI fails with. The message begins with the {@link #id}, names the
 * offending value, and says what to do (ERR-1 to ERR-3).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
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
        UnavailableException {
  private static final long serialVersionUID = 1L;

  private final ErrorId id;

  DatabrokerException(ErrorId id, String message, @Nullable Throwable cause) {
    super(id.label() + ": " + message, cause);
    this.id = id;
  }

  /** The stable name of this error. */
  public ErrorId id() {
    return id;
  }
}
