package io.databroker.server.metrics;

/**
 * Answer to an HTTP request: its status, its content type and its text.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
record HttpAnswer(int status, String contentType, String text) {
  static final String PLAIN = "text/plain; charset=utf-8";

  static HttpAnswer plain(int status, String text) {
    return new HttpAnswer(status, PLAIN, text);
  }
}
