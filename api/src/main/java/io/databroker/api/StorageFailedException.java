package io.databroker.api;

import org.jspecify.annotations.Nullable;

/** Storage could not be read or written, or its content is damaged (ERR-5). */
public final class StorageFailedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the error; the problem names the place, such as file and offset, and says what to do.
   */
  public StorageFailedException(String problem, @Nullable Throwable cause) {
    super(ErrorId.STORAGE_FAILED, problem, cause);
  }

  /** Creates an equal error for another caller of the same write; the given one is its cause. */
  public StorageFailedException(StorageFailedException other) {
    super(other);
  }
}
