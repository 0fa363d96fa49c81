package io.databroker.postgres;

import io.databroker.api.ClosedException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the calls that are under way, and lets no call in after a close. */
final class CallGate {
  private static final long CLOSED = 1L << 62;

  private final AtomicLong calls = new AtomicLong();
  private final CountDownLatch empty = new CountDownLatch(1);

  /**
   * Lets a call in; {@link #leave} must follow.
   *
   * @throws ClosedException after {@link #close}
   */
  void enter() {
    if (calls.getAndIncrement() >= CLOSED) {
      leave();
      throw closed();
    }
  }

  void leave() {
    if (calls.decrementAndGet() == CLOSED) {
      empty.countDown();
    }
  }

  boolean isClosed() {
    return calls.get() >= CLOSED;
  }

  /**
   * Checks between the steps of a long call that it may go on.
   *
   * @throws ClosedException after {@link #close}
   */
  void check() {
    if (isClosed()) {
      throw closed();
    }
  }

  static ClosedException closed() {
    return new ClosedException("PostgreSQL backend");
  }

  /** Lets no further call in; returns whether this call is the one that closed the gate. */
  boolean close() {
    long before = calls.getAndUpdate(now -> now >= CLOSED ? now : now + CLOSED);
    if (before == 0) {
      empty.countDown();
    }
    return before < CLOSED;
  }

  /** Waits for the calls under way to end, until the deadline, whatever interrupts the thread. */
  void awaitEmpty(Deadline deadline) {
    boolean interrupted = false;
    try {
      while (!deadline.isOver()) {
        try {
          if (empty.await(deadline.left(), TimeUnit.NANOSECONDS)) {
            return;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
