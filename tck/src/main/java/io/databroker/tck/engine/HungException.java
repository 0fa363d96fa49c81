package io.databroker.tck.engine;

/**
 * A call of the backend does not return. Its stack trace is that of the thread that hangs.
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
