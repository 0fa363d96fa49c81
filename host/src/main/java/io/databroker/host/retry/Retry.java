package io.databroker.host.retry;

import io.databroker.api.ConditionFailedException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Repeats an optimistic write until no other write comes in between.
 *
 * <p><b>Thread-safety:</b> any thread may call it.
 */
public final class Retry {
  private static final int ATTEMPTS = 100;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000;

  private Retry() {}

  /**
   * Runs the attempt, and repeats it each time that its condition fails. It pauses for a random
   * time in between, so that two callers do not conflict again.
   *
   * @throws ConditionFailedException if a hundred attempts in a row failed
   */
  public static <T> T untilUncontended(Supplier<T> attempt) {
    for (int failures = 1; ; failures++) {
      try {
        return attempt.get();
      } catch (ConditionFailedException e) {
        if (failures == ATTEMPTS) {
          throw e;
        }
        long longest = Math.min(LONGEST_PAUSE_NANOS, 1_000L << Math.min(failures, 10));
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(longest));
      }
    }
  }
}
