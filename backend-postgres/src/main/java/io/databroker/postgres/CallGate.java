package io.databroker.postgres;

import io.databroker.api.ClosedException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the running calls, and rejects calls after a close. */
final class CallGate {
  private static final long CLOSED = 1L << 62;

  private final AtomicLong calls = new AtomicLong();
  private final CountDownLatch empty = new CountDownLatch(1);

  /**
   * Admits a call; {@link #leave} must follow.
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
   * Checks between the steps of a long call that the gate is still open.
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

  /** Closes the gate to further calls; returns whether it was open before. */
  boolean close() {
    long before = calls.getAndUpdate(now -> now >= CLOSED ? now : now + CLOSED);
    if (before == 0) {
      empty.countDown();
    }
    return before < CLOSED;
  }

  /** Waits until all running calls have ended or the deadline has passed; ignores interrupts. */
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
