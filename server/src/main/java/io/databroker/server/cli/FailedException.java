package io.databroker.server.cli;

/** A command that failed; the message is what its user reads. */
final class FailedException extends Exception {
  private static final long serialVersionUID = 1L;

  FailedException(String message) {
    super(message);
  }
}
