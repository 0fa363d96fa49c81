package io.databroker.api.support;

import java.util.concurrent.TimeUnit;

/**
 * Wait before a commit, so that it covers the next batches of the writers that the last commit
 * released. They soon come with these batches, and one commit then covers all of them. Without the
 * wait, the next commit begins before they come, so every writer waits for two commits: the running
 * one and its own. A commit may be an fsync or a transaction.
 *
 * <p><b>Thread-safety:</b> none; a lock of the caller guards it.
 */
public final class Gathering {
  /** A wait that brings no writer delays the others by an eighth at most. */
  private static final int PART = 8;

  /** A shorter wait takes more time than it saves: a thread needs about as long to wake up. */
  private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(50);

  private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(2);

  /** Number of the batch that ends the wait. */
  private long expected;

  private long end;

  /** Begins without a wait. */
  public Gathering() {}

  /**
   * Begins the wait at the end of a commit.
   *
   * @param given number of batches that writers have given until now
   * @param released number of batches that the commit covered
   * @param start the start of the commit, by {@link System#nanoTime}
   * @param now its end
   */
  public void begin(long given, long released, long start, long now) {
    expected = given + released;
    long wait = (now - start) / PART;
    end = wait < SHORTEST ? now : now + Math.min(wait, LONGEST);
  }

  /** Returns whether that batch ends the wait. */
  public boolean endsWith(long given) {
    return given == expected;
  }

  /**
   * Returns how many nanoseconds to wait, given the number of batches until now; 0 or less means no
   * wait.
   */
  public long left(long given, long now) {
    return given < expected ? end - now : 0;
  }
}
