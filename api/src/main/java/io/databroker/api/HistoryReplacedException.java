package io.databroker.api;

/**
 * A position or a feed belongs to a history that is no more (FEED-7, CLEAR-3).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class HistoryReplacedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final long asked;
  private final long current;

  /** Names both histories. */
  public HistoryReplacedException(long asked, long current) {
    super(
        ErrorId.HISTORY_REPLACED,
        "history %s was replaced by %s; start over from a snapshot"
            .formatted(Long.toUnsignedString(asked), Long.toUnsignedString(current)),
        null);
    this.asked = asked;
    this.current = current;
  }

  /** The history that was asked for, unsigned. */
  public long asked() {
    return asked;
  }

  /** The history there is now, unsigned. */
  public long current() {
    return current;
  }
}
