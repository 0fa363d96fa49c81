package io.databroker.api;

/**
 * An argument that is never acceptable; nothing was applied (ARG-2).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class InvalidArgumentException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final String argument;
  private final String value;

  /** Names the argument, its value, and what would be accepted. */
  public InvalidArgumentException(String argument, String value, String remedy) {
    super(ErrorId.INVALID_ARGUMENT, argument + " is " + Quoted.text(value) + "; " + remedy, null);
    this.argument = argument;
    this.value = Quoted.shortened(value);
  }

  /** Which argument, as a path: {@code batch[3].id}. */
  public String argument() {
    return argument;
  }

  /** The offending value, shortened. */
  public String value() {
    return value;
  }
}
