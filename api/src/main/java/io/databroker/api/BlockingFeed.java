package io.databroker.api;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the changes of a feed on the calling thread.
 *
 * <p><b>Thread-safety:</b> one thread at a time calls {@code next}; any thread may call {@link
 * #close}, which ends the wait.
 */
public final class BlockingFeed implements AutoCloseable {
  private final ChangeFeed feed;
  private final Semaphore signals = new Semaphore(0);

  /** Wraps a feed, which {@link #close} will close. */
  public BlockingFeed(ChangeFeed feed) {
    this.feed = Require.nonNull("feed", feed);
  }

  /**
   * Waits for the next changes and returns them.
   *
   * @throws InterruptedException if the thread is interrupted while it waits; no change is lost
   * @throws HistoryReplacedException after a clear
   * @throws HistoryTrimmedException if the next changes were trimmed
   * @throws ClosedException after this feed or the backend was closed
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
   * Waits for the next changes; returns null if there are none within {@code atMost}.
   *
   * @throws InterruptedException if the thread is interrupted while it waits; no change is lost
   * @throws HistoryReplacedException after a clear
   * @throws HistoryTrimmedException if the next changes were trimmed
   * @throws ClosedException after this feed or the backend was closed
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
