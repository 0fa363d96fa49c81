package io.databroker.server.auth;

/**
 * A key or a certificate that cannot be used. Its message names the file or the variable, and never
 * a key.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class AccessException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Names the file or variable, and says what to do. */
  public AccessException(String message) {
    super(message);
  }
}
