package io.databroker.api;

import org.jspecify.annotations.Nullable;

/** The engine cannot be reached. The call was not applied and can be repeated (ERR-2). */
public final class UnavailableException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Creates the error; the problem names the engine that cannot be reached. */
  public UnavailableException(String problem, @Nullable Throwable cause) {
    super(ErrorId.UNAVAILABLE, problem + "; not applied, try again", cause);
  }

  /** Creates an equal error for another caller of the same write; the given one is its cause. */
  public UnavailableException(UnavailableException other) {
    super(other);
  }
}
