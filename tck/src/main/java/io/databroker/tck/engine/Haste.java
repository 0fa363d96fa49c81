package io.databroker.tck.engine;

import java.time.Duration;
import java.util.Locale;

/**
 * Time within which calls must have returned, because their answers depend on the real clock. A
 * clock that the test turns stands still meanwhile.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
public final class Haste {
  private final boolean needed;
  private final Duration most;
  private final long start = System.nanoTime();

  Haste(boolean needed, Duration most) {
    this.needed = needed;
    this.most = most;
  }

  /**
   * Ends the test without a verdict if the time is over.
   *
   * @throws InconclusiveException if it is
   */
  public void check() {
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    if (needed && took.compareTo(most) >= 0) {
      throw new InconclusiveException(
          String.format(
              Locale.ROOT,
              "calls took %d ms, and only answers within %d ms can be judged",
              took.toMillis(),
              most.toMillis()),
          "run it again on a machine that is less busy");
    }
  }
}
