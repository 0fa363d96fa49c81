package io.databroker.api;

import org.jspecify.annotations.Nullable;

/** A backend could not be opened. The attempt left nothing behind (OPEN-1). */
public final class OpenFailedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Creates the error; the problem says why, and what to do. */
  public OpenFailedException(String problem, @Nullable Throwable cause) {
    super(ErrorId.OPEN_FAILED, problem, cause);
  }
}
