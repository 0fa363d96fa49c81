package io.databroker.api;

/** The backend, feed or snapshot is closed. Nothing was applied (CLOSE-2). */
public final class ClosedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  /** Creates the error; {@code what} names the closed object. */
  public ClosedException(String what) {
    super(ErrorId.CLOSED, what + " is closed; open another", null);
  }
}
