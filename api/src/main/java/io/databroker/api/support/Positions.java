package io.databroker.api.support;

import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.Versions;

/**
 * Checks where a feed may begin.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class Positions {
  private Positions() {}

  /**
   * Checks a position against the bounds of the current history (FEED-5 to FEED-7).
   *
   * @throws HistoryReplacedException if it names another history
   * @throws FutureVersionException if it is later than the last version
   * @throws HistoryTrimmedException if the changes after it are no longer held
   */
  public static void check(Position from, Versions now) {
    if (from.serverVersion() != now.serverVersion()) {
      throw new HistoryReplacedException(from.serverVersion(), now.serverVersion());
    }
    if (Long.compareUnsigned(from.version(), now.latest()) > 0) {
      throw new FutureVersionException(from.version(), now.latest());
    }
    if (Long.compareUnsigned(from.version() + 1, now.earliest()) < 0) {
      throw new HistoryTrimmedException(from.version(), now.earliest());
    }
  }
}
