package io.databroker.api;

/**
 * An argument over a declared limit; nothing was applied (LIMIT-2).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class LimitExceededException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final String argument;
  private final long actual;
  private final long limit;

  /** Names the argument, its size, and the limit. */
  public LimitExceededException(String argument, long actual, long limit, String unit) {
    super(
        ErrorId.LIMIT_EXCEEDED,
        "%s has %d %s; at most %d are accepted".formatted(argument, actual, unit, limit),
        null);
    this.argument = argument;
    this.actual = actual;
    this.limit = limit;
  }

  /** Which argument, as a path: {@code batch[3].payload}. */
  public String argument() {
    return argument;
  }

  /** How large it is. */
  public long actual() {
    return actual;
  }

  /** How large it may be. */
  public long limit() {
    return limit;
  }
}
