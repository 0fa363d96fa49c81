package io.databroker.api;

import java.util.Locale;

/** An argument is over a declared limit. Nothing was applied (LIMIT-2). */
public final class LimitExceededException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final String argument;
  private final long actual;
  private final long limit;

  /** Creates the error with the argument, its size and the limit. */
  public LimitExceededException(String argument, long actual, long limit, String unit) {
    super(
        ErrorId.LIMIT_EXCEEDED,
        String.format(Locale.ROOT, "%s has %d %s; give at most %d", argument, actual, unit, limit),
        null);
    this.argument = argument;
    this.actual = actual;
    this.limit = limit;
  }

  /** Returns the path of the argument, such as {@code batch[3].payload}. */
  public String argument() {
    return argument;
  }

  /** Returns the size of the argument. */
  public long actual() {
    return actual;
  }

  /** Returns the limit. */
  public long limit() {
    return limit;
  }
}
