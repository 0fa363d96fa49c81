package io.databroker.api.support;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One registration of a signal. As a task, it ends the registration and runs the signal. */
final class Waiting implements Runnable {
  private final WaitingFeeds feeds;
  final WaitingFeed feed;

  /** Null when cancelled. */
  private volatile @Nullable Runnable signal;

  /**
   * Becomes true only after the removal. A thread that still reads false removes the registration a
   * second time, which does no harm.
   */
  private boolean ended;

  /** Number of tasks that the group had begun before this was added. */
  long round;

  Waiting(WaitingFeeds feeds, WaitingFeed feed, Runnable signal) {
    this.feeds = feeds;
    this.feed = feed;
    this.signal = signal;
  }

  /**
   * Returns the hash of the feed, because the identity hash of a new object costs more than all the
   * rest.
   */
  @Override
  public int hashCode() {
    return feed.hashCode();
  }

  /** Ends the registration without its signal, unless that has begun. */
  void cancel() {
    if (!ended) {
      signal = null; // it may not have been added yet
      feeds.remove(this);
    }
  }

  /** Ends the registration and runs its signal, unless it has ended. */
  @Override
  public void run() {
    if (feeds.remove(this)) {
      ended = true;
      signal();
    }
  }

  /**
   * Returns a task that runs the signal once, however often a notifier runs the task. Only the
   * thread that removed the registration calls this method.
   */
  Runnable once() {
    AtomicBoolean begun = new AtomicBoolean();
    return () -> {
      if (begun.compareAndSet(false, true)) {
        signal();
      }
    };
  }

  private void signal() {
    Runnable due = signal;
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
