package io.databroker.api;

/**
 * What follows a position is no longer held (FEED-5).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class HistoryTrimmedException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final long asked;
  private final long earliest;

  /** Names the position and the first change held. */
  public HistoryTrimmedException(long asked, long earliest) {
    super(
        ErrorId.HISTORY_TRIMMED,
        "what follows version %s was trimmed, the first change held is %s; start over from a snapshot"
            .formatted(Long.toUnsignedString(asked), Long.toUnsignedString(earliest)),
        null);
    this.asked = asked;
    this.earliest = earliest;
  }

  /** The version that was asked for, unsigned. */
  public long asked() {
    return asked;
  }

  /** The version of the first change that is held, unsigned. */
  public long earliest() {
    return earliest;
  }
}
