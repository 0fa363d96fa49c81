package io.databroker.api;

import org.jspecify.annotations.Nullable;

/** Storage has no room for a write. Nothing of it was applied; reads continue to work (ERR-6). */
public final class StorageFullException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Creates the error; the problem names the full resource, and the remedy. */
  public StorageFullException(String problem, @Nullable Throwable cause) {
    super(ErrorId.STORAGE_FULL, problem, cause);
  }

  /** Creates an equal error for another caller of the same write; the given one is its cause. */
  public StorageFullException(StorageFullException other) {
    super(other);
  }
}
