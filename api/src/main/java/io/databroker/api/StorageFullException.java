package io.databroker.api;

import org.jspecify.annotations.Nullable;

/**
 * There is no room for a write; nothing of it was applied, and reading goes on (ERR-6).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class StorageFullException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Says what is full, and what to set or free. */
  public StorageFullException(String problem, @Nullable Throwable cause) {
    super(ErrorId.STORAGE_FULL, problem, cause);
  }
}
