package io.databroker.api;

/**
 * Name, first and last version of a history; all three are unsigned.
 *
 * @param serverVersion the name of the history: random, never 0 (VER-4)
 * @param earliest the first version that the feed holds; {@code latest + 1} if it holds none
 * @param latest the last version; 0 before the first write
 */
public record Versions(long serverVersion, long earliest, long latest) {
  /** Returns the position after the last write. */
  public Position end() {
    return new Position(serverVersion, latest);
  }

  /** Returns the earliest position at which a feed can be opened. */
  public Position begin() {
    return new Position(serverVersion, earliest - 1);
  }
}
