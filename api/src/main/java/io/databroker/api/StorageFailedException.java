package io.databroker.api;

import org.jspecify.annotations.Nullable;

/**
 * The storage could not be read or written, or does not hold what was written to it (ERR-5).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class StorageFailedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Names the place, such as file and offset, and says what to do. */
  public StorageFailedException(String problem, @Nullable Throwable cause) {
    super(ErrorId.STORAGE_FAILED, problem, cause);
  }
}
