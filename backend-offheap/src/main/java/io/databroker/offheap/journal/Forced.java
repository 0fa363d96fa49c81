package io.databroker.offheap.journal;

import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.StorageFailedException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The last durable ticket, or the failure that ended all fsyncs. Callers wait here until everything
 * they observed is durable.
 */
final class Forced {
  private final long timeoutNanos;

  /** Callers that wait. No lock: an fsync wakes all of them at once, and not one after another. */
  private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

  private volatile long reached;
  private volatile @Nullable Throwable failure;

  /** A thread that waits for a ticket; compared by identity. */
  private static final class Waiter {
    private final Thread thread = Thread.currentThread();
    private final long ticket;

    private Waiter(long ticket) {
      this.ticket = ticket;
    }
  }

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
  synchronized void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
    waiting.forEach(waiter -> LockSupport.unpark(waiter.thread));
  }

  /**
   * Records that everything up to a ticket is durable; for one thread at a time.
   *
   * <p>No waiter is missed: it enters the set before it reads {@link #reached}. If it read the
   * older value, it is in the set before this method goes through it.
   */
  void reach(long ticket) {
    reached = Math.max(reached, ticket);
    for (Waiter waiter : waiting) {
      if (waiter.ticket <= ticket) {
        LockSupport.unpark(waiter.thread);
      }
    }
  }

  /**
   * Waits until everything up to the given ticket is durable; ignores interrupts.
   *
   * @param wrote whether the caller is a writer
   * @throws OutcomeUnknownException if a writer's change is not durable in time
   * @throws StorageFailedException if the changes that a reader saw are not durable in time
   */
  void await(long ticket, boolean wrote) {
    if (reached >= ticket) {
      return;
    }
    long deadline = System.nanoTime() + timeoutNanos;
    boolean interrupted = false;
    Waiter waiter = new Waiter(ticket);
    waiting.add(waiter);
    try {
      while (reached < ticket) {
        Throwable failed = failure;
        long left = deadline - System.nanoTime();
        if (failed != null || left <= 0) {
          throw wrote ? unknown(failed) : lost(failed);
        }
        LockSupport.parkNanos(this, left);
        interrupted |= Thread.interrupted();
      }
    } finally {
      waiting.remove(waiter);
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
