package io.databroker.api;

/**
 * A position is later than the last version (FEED-6).
 *
 * <p><b>Thread-safety:</b> as any exception: safe to read from any thread.
 */
public final class FutureVersionException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final long asked;
  private final long latest;

  /** Names the position and the last version. */
  public FutureVersionException(long asked, long latest) {
    super(
        ErrorId.FUTURE_VERSION,
        "version %s is later than the last one, %s; start over from a snapshot"
            .formatted(Long.toUnsignedString(asked), Long.toUnsignedString(latest)),
        null);
    this.asked = asked;
    this.latest = latest;
  }

  /** The version that was asked for, unsigned. */
  public long asked() {
    return asked;
  }

  /** The last version there is, unsigned. */
  public long latest() {
    return latest;
  }
}
