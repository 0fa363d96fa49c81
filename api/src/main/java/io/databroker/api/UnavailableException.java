package io.databroker.api;

import org.jspecify.annotations.Nullable;

/**
 * The engine is away; the call was not applied and may be tried again (ERR-2).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class UnavailableException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Says what is away. */
  public UnavailableException(String problem, @Nullable Throwable cause) {
    super(ErrorId.UNAVAILABLE, problem + "; not applied, try again", cause);
  }
}
