package io.databroker.api.support;

import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.Versions;

/**
 * Checks positions at which feeds begin.
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

  /**
   * Checks a position like {@link #check}, and returns the position to begin at: version 0 means
   * the beginning of a history that has dropped no change (FEED-16).
   *
   * @param begun the last version before the history; 0 unless the store was cleared
   */
  public static Position start(Position from, Versions now, long begun) {
    boolean whole = now.earliest() == begun + 1 && from.serverVersion() == now.serverVersion();
    Position start = whole && from.version() == 0 ? new Position(now.serverVersion(), begun) : from;
    check(start, now);
    return start;
  }
}
