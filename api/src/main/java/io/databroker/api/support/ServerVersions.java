package io.databroker.api.support;

import java.security.SecureRandom;

/**
 * Chooses random names of histories.
 *
 * <p><b>Thread-safety:</b> any thread may call it.
 */
public final class ServerVersions {
  private static final SecureRandom RANDOM = new SecureRandom();

  private ServerVersions() {}

  /** Returns a random server version: not 0, and not {@code former} (VER-4, CLEAR-3). */
  public static long next(long former) {
    long drawn;
    do {
      drawn = RANDOM.nextLong();
    } while (drawn == 0 || drawn == former);
    return drawn;
  }
}
