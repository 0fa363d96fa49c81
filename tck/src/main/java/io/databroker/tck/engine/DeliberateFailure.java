package io.databroker.tck.engine;

/**
 * A failure that a test throws into the backend. A backend may report it on a thread of its own,
 * which the {@link Bench} does not take for a defect.
 */
public final class DeliberateFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates a failure without a stack trace. */
  public DeliberateFailure(String message) {
    super(message, null, false, false);
  }
}
