package io.databroker.server.cli;

import java.io.IOException;

/** Failure of a write because nobody reads standard output any more, as after {@code | head}. */
final class ReaderGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  ReaderGoneException(IOException cause) {
    super(cause);
  }
}
