package io.databroker.api;

import org.jspecify.annotations.Nullable;

/**
 * The changes behind a position, batch by batch, up to now and for ever (FEED-1 to FEED-13).
 *
 * <p>It holds no thread: {@link #poll} never waits, and {@link #onReady} says when to poll again.
 * {@link BlockingFeed} waits for those who have a thread to spend.
 *
 * <p><b>Thread-safety:</b> {@link #poll} and {@link #onReady} are called by one thread at a time,
 * {@link #close} by any thread at any time.
 */
public interface ChangeFeed extends AutoCloseable {

  /**
   * What comes next, or null if that is nothing now. A feed of one type answers a bookmark where
   * only other types were written.
   *
   * @throws HistoryReplacedException after a clear, from then on
   * @throws HistoryTrimmedException if what comes next is no longer held, from then on
   * @throws ClosedException after this or the backend was closed
   */
  @Nullable Changes poll();

  /**
   * Has {@code signal} run once, on the notifier of the {@link BackendContext}, as soon as {@link
   * #poll} may have something to say: a change of the feed's type, an error, or a bookmark that
   * keeps its position from being trimmed away (FEED-9). At once, if it has now. A signal may come
   * without need, and is never lost. A second call replaces a signal that has not run.
   *
   * <p>The signal must be quick; what it throws is dropped. After {@link #close} of the feed or the
   * backend it runs at once.
   */
  void onReady(Runnable signal);

  /** Ends the feed, and wakes who waits for it; idempotent. */
  @Override
  void close();
}
