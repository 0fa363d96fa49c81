package io.databroker.api;

/**
 * Two numbers kept for a follower: how far it has copied which history (CHECK-1).
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param serverVersion the history, unsigned
 * @param recordVersion the version, unsigned
 */
public record Checkpoint(long serverVersion, long recordVersion) {
  /** What a backend answers before one was set: two zeros. */
  public static final Checkpoint NONE = new Checkpoint(0, 0);
}
