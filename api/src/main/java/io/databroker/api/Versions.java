package io.databroker.api;

/**
 * Where a history stands. All three are unsigned.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param serverVersion the history's name: random, never 0 (VER-4)
 * @param earliest the version of the first change that the feed still holds; {@code latest + 1} if
 *     it holds none
 * @param latest the version of the last write; 0 if there was none
 */
public record Versions(long serverVersion, long earliest, long latest) {
  /** The position behind the last write. */
  public Position end() {
    return new Position(serverVersion, latest);
  }

  /** The earliest position from which a feed can be opened. */
  public Position begin() {
    return new Position(serverVersion, earliest - 1);
  }
}
