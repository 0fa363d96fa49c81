package io.databroker.api;

import java.time.Duration;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the changes of a feed on the calling thread.
 *
 * <p>A thread of a {@link ForkJoinPool} may wait: the pool starts another thread meanwhile, so that
 * signals still run if the pool is the notifier, as the common pool is by default. Do not wait on
 * all threads of a notifier with a fixed number of threads: then no signal can run.
 *
 * <p><b>Thread-safety:</b> one thread at a time calls {@code next}; any thread may call {@link
 * #close}, which ends the wait.
 */
public final class BlockingFeed implements AutoCloseable {
  private static final Duration LONG = Duration.ofDays(1);

  private final ChangeFeed feed;
  private final Semaphore signals = new Semaphore(0);

  /** Wraps a feed; {@link #close} also closes that feed. */
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
    Changes changes = next(LONG);
    while (changes == null) {
      changes = next(LONG);
    }
    return changes;
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
      if (!await(deadline - System.nanoTime())) {
        return feed.poll();
      }
    }
  }

  /** Waits for a signal; returns false if there was none in time. */
  private boolean await(long nanos) throws InterruptedException {
    Wait wait = new Wait(nanos);
    try {
      ForkJoinPool.managedBlock(wait);
    } catch (RejectedExecutionException full) {
      wait.block(); // the pool has its maximum of threads
    }
    return wait.signalled;
  }

  /** One wait for a signal, announced to the pool of the thread. */
  private final class Wait implements ForkJoinPool.ManagedBlocker {
    private final long deadline;
    private boolean signalled;

    Wait(long nanos) {
      this.deadline = System.nanoTime() + nanos;
    }

    @Override
    public boolean block() throws InterruptedException {
      signalled =
          signalled || signals.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      return true;
    }

    @Override
    public boolean isReleasable() {
      signalled = signalled || signals.tryAcquire();
      return signalled;
    }
  }

  @Override
  public void close() {
    feed.close();
  }
}
