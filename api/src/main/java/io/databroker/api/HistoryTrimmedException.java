package io.databroker.api;

import java.util.Locale;

/** The changes after a position have been trimmed (FEED-5). */
public final class HistoryTrimmedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final long asked;
  private final long earliest;

  /** Creates the error with the position and the first version still held. */
  public HistoryTrimmedException(long asked, long earliest) {
    super(
        ErrorId.HISTORY_TRIMMED,
        String.format(
            Locale.ROOT,
            "changes after version %s were trimmed, the first version still held is %s; start over from a snapshot",
            Long.toUnsignedString(asked),
            Long.toUnsignedString(earliest)),
        null);
    this.asked = asked;
    this.earliest = earliest;
  }

  /** Returns the version of the position, unsigned. */
  public long asked() {
    return asked;
  }

  /** Returns the first version still held, unsigned. */
  public long earliest() {
    return earliest;
  }
}
