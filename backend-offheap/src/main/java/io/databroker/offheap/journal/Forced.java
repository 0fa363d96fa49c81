package io.databroker.offheap.journal;

import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.StorageFailedException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The last durable ticket, or the failure after which nothing can be forced any more. Callers wait
 * here until everything they observed is durable.
 */
public final class Forced {
  private final long timeoutNanos;

  /** Apart from the lock of {@link Publisher}, so that released callers do not delay writers. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition moved = lock.newCondition();
  private long reached;
  private volatile @Nullable Throwable failure;

  /**
   * @param timeout how long one waits for a force
   */
  Forced(Duration timeout) {
    this.timeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
  }

  /** First failure after which nothing can be written; null before. */
  @Nullable Throwable failure() {
    return failure;
  }

  /**
   * @throws StorageFailedException if nothing can be written any more
   */
  void checkWritable() {
    Throwable failed = failure;
    if (failed != null) {
      throw new StorageFailedException(
          "not applied, as an earlier write failed: " + failed.getMessage() + "; reopen the store",
          failed);
    }
  }

  /** Refuses all further writes, and tells all callers that wait. */
  void fail(Throwable cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      }
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Notes that all up to a ticket is durable. */
  void reach(long ticket) {
    lock.lock();
    try {
      reached = Math.max(reached, ticket);
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns when all up to that ticket is durable. Takes no notice of interrupts.
   *
   * @param wrote whether the caller has written something of it
   * @throws OutcomeUnknownException if it has, and that is not durable in time, or never
   * @throws StorageFailedException if it has not, and what it saw is not durable in time, or never
   */
  void await(long ticket, boolean wrote) {
    long deadline = System.nanoTime() + timeoutNanos;
    boolean interrupted = false;
    lock.lock();
    try {
      while (reached < ticket) {
        Throwable failed = failure;
        long left = deadline - System.nanoTime();
        if (failed != null || left <= 0) {
          throw wrote ? unknown(failed) : lost(failed);
        }
        try {
          moved.awaitNanos(left);
        } catch (InterruptedException interrupt) {
          interrupted = true;
        }
      }
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static OutcomeUnknownException unknown(@Nullable Throwable failed) {
    return new OutcomeUnknownException(reason(failed), failed);
  }

  /** Returns the error for a caller whose write was not applied. */
  static StorageFailedException lost(@Nullable Throwable failed) {
    return new StorageFailedException(
        reason(failed) + "; nothing was applied, reopen the store", failed);
  }

  private static String reason(@Nullable Throwable failed) {
    return failed == null
        ? "the disk did not take what was written in time"
        : "the disk failed to take what was written: " + failed.getMessage();
  }
}
