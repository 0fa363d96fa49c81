package io.databroker.api;

import org.jspecify.annotations.Nullable;

/**
 * The engine went away during a write: it may take effect at any later time, or never (ERR-3).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class OutcomeUnknownException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Says what is known. */
  public OutcomeUnknownException(String problem, @Nullable Throwable cause) {
    super(ErrorId.OUTCOME_UNKNOWN, problem + "; read again before you write again", cause);
  }
}
