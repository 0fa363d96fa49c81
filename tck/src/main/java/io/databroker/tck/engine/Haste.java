package io.databroker.tck.engine;

import java.time.Duration;

/**
 * Time within which calls must have returned, because their answers depend on the real clock. A
 * clock that the test sets stands still meanwhile.
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
   * @throws LateAnswersException if it is
   */
  public void check() {
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    if (needed && took.compareTo(most) >= 0) {
      throw new LateAnswersException(took, most);
    }
  }
}
