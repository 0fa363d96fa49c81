package io.databroker.offheap.journal;

import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.StorageFailedException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The last durable ticket, or the failure that ended all fsyncs. Callers wait here until everything
 * they observed is durable.
 */
final class Forced {
  private final long timeoutNanos;

  /** Separate from the lock of {@link Publisher}, so that released callers do not delay writers. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition moved = lock.newCondition();
  private long reached;
  private volatile @Nullable Throwable failure;

  /**
   * @param timeout the longest wait for an fsync
   */
  Forced(Duration timeout) {
    this.timeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
  }

  /** The failure that ended all writing; null before. */
  @Nullable Throwable failure() {
    return failure;
  }

  /**
   * @throws StorageFailedException if a failure ended all writing
   */
  void checkWritable() {
    Throwable failed = failure;
    if (failed != null) {
      throw new StorageFailedException(
          "not applied, because an earlier write failed: "
              + failed.getMessage()
              + "; reopen the store",
          failed);
    }
  }

  /** Rejects all further writes, and fails all waiting callers. */
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

  /** Records that everything up to a ticket is durable. */
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
   * Waits until everything up to that ticket is durable; ignores interrupts.
   *
   * @param wrote whether the caller is a writer
   * @throws OutcomeUnknownException if a writer's change is not durable in time
   * @throws StorageFailedException if the changes that a reader saw are not durable in time
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
        ? "the disk did not complete the fsync in time"
        : "the disk failed a write or an fsync: " + failed.getMessage();
  }
}
