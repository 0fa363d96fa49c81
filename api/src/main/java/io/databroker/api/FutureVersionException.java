package io.databroker.api;

import java.util.Locale;

/** A position is after the last version (FEED-6). */
public final class FutureVersionException extends DatabrokerException {
  private static final long serialVersionUID = 1L;

  private final long asked;
  private final long latest;

  /** Creates the error with the position and the last version. */
  public FutureVersionException(long asked, long latest) {
    super(
        ErrorId.FUTURE_VERSION,
        String.format(
            Locale.ROOT,
            "version %s is after the last version, %s; start over from a snapshot",
            Long.toUnsignedString(asked),
            Long.toUnsignedString(latest)),
        null);
    this.asked = asked;
    this.latest = latest;
  }

  /** Returns the version of the position, unsigned. */
  public long asked() {
    return asked;
  }

  /** Returns the last version, unsigned. */
  public long latest() {
    return latest;
  }
}
