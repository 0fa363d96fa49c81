package io.databroker.api;

import org.jspecify.annotations.Nullable;

/**
 * A backend could not be opened; nothing was left behind (OPEN-1).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class OpenFailedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Says why, and what to do. */
  public OpenFailedException(String problem, @Nullable Throwable cause) {
    super(ErrorId.OPEN_FAILED, problem, cause);
  }
}
