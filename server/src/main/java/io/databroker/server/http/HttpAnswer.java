package io.databroker.server.http;

import java.util.Map;

/**
 * Answer to an HTTP request: its status, its content type, its text, and further headers.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public record HttpAnswer(int status, String contentType, String text, Map<String, String> headers) {
  /** Content type of plain text. */
  private static final String PLAIN = "text/plain; charset=utf-8";

  /** Copies the headers. */
  public HttpAnswer {
    headers = Map.copyOf(headers);
  }

  /** Creates an answer without further headers. */
  public HttpAnswer(int status, String contentType, String text) {
    this(status, contentType, text, Map.of());
  }

  /** Returns an answer of plain text. */
  public static HttpAnswer plain(int status, String text) {
    return new HttpAnswer(status, PLAIN, text);
  }
}
