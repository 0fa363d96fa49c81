package io.databroker.server.cli;

/** Failure of a command; its message is for the user. */
final class FailedException extends Exception {
  private static final long serialVersionUID = 1L;

  FailedException(String message) {
    super(message);
  }
}
