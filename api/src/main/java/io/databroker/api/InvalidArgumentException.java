package io.databroker.api;

/** An argument is never acceptable. Nothing was applied (ARG-2). */
public final class InvalidArgumentException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final String argument;
  private final String value;

  /** Creates the error; the remedy says what to pass instead. */
  public InvalidArgumentException(String argument, String value, String remedy) {
    super(ErrorId.INVALID_ARGUMENT, argument + " is " + Quoted.text(value) + "; " + remedy, null);
    this.argument = argument;
    this.value = Quoted.shortened(value);
  }

  /** Returns the path of the argument, such as {@code batch[3].id}. */
  public String argument() {
    return argument;
  }

  /** Returns the offending value, shortened. */
  public String value() {
    return value;
  }
}
