package io.databroker.api;

import java.util.Locale;

/** A position or a feed belongs to a history that has been replaced (FEED-7, CLEAR-3). */
public final class HistoryReplacedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final long asked;
  private final long current;

  /** Creates the error with the names of both histories. */
  public HistoryReplacedException(long asked, long current) {
    super(
        ErrorId.HISTORY_REPLACED,
        String.format(
            Locale.ROOT,
            "history %s was replaced by %s; start over from a snapshot",
            Long.toUnsignedString(asked),
            Long.toUnsignedString(current)),
        null);
    this.asked = asked;
    this.current = current;
  }

  /** Returns the server version of the position, unsigned. */
  public long asked() {
    return asked;
  }

  /** Returns the current server version, unsigned. */
  public long current() {
    return current;
  }
}
