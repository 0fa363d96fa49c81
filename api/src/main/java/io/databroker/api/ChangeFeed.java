package io.databroker.api;

import org.jspecify.annotations.Nullable;

/**
 * Delivers the changes after a position, batch by batch, without end (FEED-1 to FEED-18).
 *
 * <p>A feed holds no thread: {@link #poll} never waits, and {@link #onReady} signals when to poll
 * again. {@link BlockingFeed} waits on the calling thread instead.
 *
 * <p><b>Thread-safety:</b> one thread at a time calls {@link #poll} and {@link #onReady}; any
 * thread may call {@link #close} at any time.
 */
public interface ChangeFeed extends AutoCloseable {

  /**
   * Returns the next changes, or null if there are none now, or none can be read because the engine
   * is away. A typed feed returns a bookmark where only other types were written.
   *
   * @throws HistoryReplacedException at every poll after a clear
   * @throws HistoryTrimmedException at every poll after the next changes were trimmed
   * @throws ClosedException after this feed or the backend was closed
   */
  @Nullable Changes poll();

  /**
   * Runs {@code signal} once, on the notifier of the {@link BackendContext}, as soon as {@link
   * #poll} may return something: a change of the feed's type, an error, or a bookmark that moves
   * the position ahead of a trim (FEED-9). It runs at once if {@code poll} may return something
   * now, or if the feed or the backend is closed. A signal is never lost, and may come without
   * need. A second call replaces a signal that has not run.
   *
   * <p>The signal must be quick. It may wait for a call of another thread, except {@link
   * Backend#close}, but not for another signal. Exceptions that it throws are ignored.
   */
  void onReady(Runnable signal);

  /** Ends the feed and runs its waiting signal; idempotent. */
  @Override
  void close();
}
