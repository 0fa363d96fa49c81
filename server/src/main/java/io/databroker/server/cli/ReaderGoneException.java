package io.databroker.server.cli;

import java.io.IOException;

/** A write failed because the reader of standard output has left, as after {@code | head}. */
final class ReaderGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  ReaderGoneException(IOException cause) {
    super(cause);
  }
}
