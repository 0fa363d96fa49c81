package io.databroker.server.cli;

import java.io.IOException;
import java.util.Locale;

/** Failure of a command; its message is for the user. */
final class FailedException extends Exception {
  private static final long serialVersionUID = 1L;

  FailedException(String message) {
    super(message);
  }

  /**
   * Returns the failure of an endpoint that cannot listen.
   *
   * @param endpoint the subject of the sentence, such as "the console"
   * @param option the option that gives its address
   */
  static FailedException notServed(
      String endpoint, Address address, String option, IOException cause) {
    return new FailedException(
        String.format(
            Locale.ROOT,
            "%s cannot be served at %s: %s; give another address with %s",
            endpoint,
            address,
            cause.getMessage(),
            option));
  }
}
