package io.databroker.tck.engine;

/**
 * A call of the backend does not return. The stack trace is that of the hanging thread.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class HungException extends AssertionError {
  private static final long serialVersionUID = 1L;

  HungException(String message, StackTraceElement[] stack) {
    super(message);
    setStackTrace(stack);
  }
}
