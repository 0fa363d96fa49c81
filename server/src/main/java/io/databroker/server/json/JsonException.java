package io.databroker.server.json;

/**
 * Text that is not the JSON that was asked for; the message says what is wrong, on one line.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  JsonException(String problem) {
    super(problem);
  }
}
