package io.databroker.tck.run;

/** The command line is invalid. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String problem) {
    super(problem);
  }
}
