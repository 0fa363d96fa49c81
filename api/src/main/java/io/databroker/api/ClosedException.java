package io.databroker.api;

/**
 * The backend, feed or snapshot was closed; nothing was applied (CLOSE-2).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class ClosedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Names what was closed. */
  public ClosedException(String what) {
    super(ErrorId.CLOSED, what + " is closed; open another", null);
  }
}
