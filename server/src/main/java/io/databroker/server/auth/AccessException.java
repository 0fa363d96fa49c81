package io.databroker.server.auth;

/**
 * A key or a certificate is unusable. The message names the file or the variable, and never
 * contains a key.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class AccessException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates the error; the message names the file or variable and the remedy. */
  public AccessException(String message) {
    super(message);
  }
}
