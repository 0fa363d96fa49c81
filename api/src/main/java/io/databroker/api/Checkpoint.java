package io.databroker.api;

/**
 * Two numbers stored for a follower: the history that it copies, and how far it has come (CHECK-1).
 *
 * @param serverVersion the history, unsigned
 * @param recordVersion the version, unsigned
 */
public record Checkpoint(long serverVersion, long recordVersion) {
  /** Checkpoint of a store in which none was set: two zeros. */
  public static final Checkpoint NONE = new Checkpoint(0, 0);
}
