package io.databroker.offheap.journal;

import java.util.concurrent.TimeUnit;

/**
 * Wait before an fsync, for the writers that the last one released. They append again soon, and one
 * fsync then covers all writers. Without the wait, each fsync covers the writers that the last one
 * did not cover, so every writer waits for two.
 *
 * <p><b>Thread-safety:</b> none; the lock of {@link Publisher} guards it.
 */
final class Gathering {
  /** A wait that brings no writer delays the others by an eighth at most. */
  private static final int PART = 8;

  /** A shorter wait takes more time than it saves: a thread needs about as long to wake up. */
  private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(50);

  private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(2);

  /** Number of the appended batch that ends the wait. */
  private long expected;

  private long end;

  /**
   * Begins the wait at the end of an fsync.
   *
   * @param appended batches until now
   * @param released batches that the fsync covered
   * @param start the begin of the fsync, by {@link System#nanoTime}
   * @param now its end
   */
  void begin(long appended, long released, long start, long now) {
    expected = appended + released;
    long wait = (now - start) / PART;
    end = wait < SHORTEST ? now : now + Math.min(wait, LONGEST);
  }

  /** Returns whether that batch ends the wait. */
  boolean endsWith(long appended) {
    return appended == expected;
  }

  /** Returns the nanoseconds to wait, when that many batches are appended; 0 or less for none. */
  long left(long appended, long now) {
    return appended < expected ? end - now : 0;
  }
}
