package io.databroker.api;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A change feed for a thread that waits.
 *
 * <p><b>Thread-safety:</b> one thread at a time waits; {@link #close} may be called by any thread,
 * and ends its wait.
 */
public final class BlockingFeed implements AutoCloseable {
  private final ChangeFeed feed;
  private final Semaphore signals = new Semaphore(0);

  /** Waits on that feed, and closes it when closed. */
  public BlockingFeed(ChangeFeed feed) {
    this.feed = Require.nonNull("feed", feed);
  }

  /**
   * What comes next, waiting for it.
   *
   * @throws InterruptedException if the thread is interrupted while it waits; nothing is skipped
   * @throws HistoryReplacedException after a clear
   * @throws HistoryTrimmedException if what comes next is no longer held
   * @throws ClosedException after this or the backend was closed
   */
  public Changes next() throws InterruptedException {
    while (true) {
      Changes changes = feed.poll();
      if (changes != null) {
        return changes;
      }
      signals.drainPermits();
      feed.onReady(signals::release);
      signals.acquire();
    }
  }

  /**
   * What comes next, or null if nothing has come within that time.
   *
   * @throws InterruptedException if the thread is interrupted while it waits; nothing is skipped
   * @throws HistoryReplacedException after a clear
   * @throws HistoryTrimmedException if what comes next is no longer held
   * @throws ClosedException after this or the backend was closed
   */
  public @Nullable Changes next(Duration atMost) throws InterruptedException {
    Require.notNegative("atMost", atMost);
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(atMost);
    while (true) {
      Changes changes = feed.poll();
      if (changes != null) {
        return changes;
      }
      signals.drainPermits();
      feed.onReady(signals::release);
      if (!signals.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return feed.poll();
      }
    }
  }

  @Override
  public void close() {
    feed.close();
  }
}
