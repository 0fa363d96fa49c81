package io.databroker.api.support;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One registration of a signal, which runs once. */
final class Waiting implements Runnable {
  private final WaitingFeeds feeds;
  private final AtomicReference<@Nullable Runnable> signal;
  final WaitingFeed feed;

  /** Number of the registration in its group, set before it is added. */
  long ticket;

  Waiting(WaitingFeeds feeds, WaitingFeed feed, Runnable signal) {
    this.feeds = feeds;
    this.feed = feed;
    this.signal = new AtomicReference<>(signal);
  }

  /**
   * Returns a hash of the ticket: the identity hash of a new object costs more than all the rest.
   */
  @Override
  public int hashCode() {
    return Long.hashCode(ticket);
  }

  /** Ends the registration without its signal, unless that has run. */
  void cancel() {
    signal.set(null);
    feeds.remove(this);
  }

  /** Ends the registration and runs its signal, unless that has run or was cancelled. */
  @Override
  public void run() {
    feeds.remove(this);
    feed.waiting.compareAndSet(this, null);
    Runnable due = signal.getAndSet(null);
    if (due != null) {
      try {
        due.run();
      } catch (RuntimeException | Error failure) {
        report(failure); // the other signals must still run
      }
    }
  }

  static void report(Throwable failure) {
    Thread thread = Thread.currentThread();
    try {
      thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
    } catch (RuntimeException | Error ignored) {
      // The JVM also ignores exceptions of an uncaught-exception handler.
    }
  }
}
