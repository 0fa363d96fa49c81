package io.databroker.api;

import org.jspecify.annotations.Nullable;

/**
 * The engine became unreachable during a write, which may take effect at any later time, or never
 * (ERR-3).
 */
public final class OutcomeUnknownException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Creates the error; the problem states the known facts. */
  public OutcomeUnknownException(String problem, @Nullable Throwable cause) {
    super(
        ErrorId.OUTCOME_UNKNOWN,
        problem + "; the write may or may not have taken effect: read before you write again",
        cause);
  }

  /** Creates an equal error for another caller of the same write; the given one is its cause. */
  public OutcomeUnknownException(OutcomeUnknownException other) {
    super(other);
  }
}
