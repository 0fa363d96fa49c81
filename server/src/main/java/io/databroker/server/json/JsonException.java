package io.databroker.server.json;

/**
 * The text is not the expected JSON. The message states the problem in one line. Its own words
 * contain no colon, because callers put the place and a colon before it.
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  JsonException(String problem) {
    super(problem);
  }
}
