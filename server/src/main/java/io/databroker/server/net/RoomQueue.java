package io.databroker.server.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/**
 * Answers and streams that wait for room, in order of arrival.
 *
 * <p>It wakes only as many as there is room for, because thousands may wait each time that one
 * client reads.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class RoomQueue {
  private record Waiter(Wish wish, BooleanSupplier waits, Runnable task) {}

  /** Room that one answer or stream needs. Called under a lock, so it must not wait. */
  @FunctionalInterface
  interface Wish {
    /**
     * Returns {@code granted} plus the bytes of this answer or stream; a negative number if there
     * is no room for them.
     */
    long grant(long granted);
  }

  private final Queue<Waiter> waiters = new ArrayDeque<>(); // guarded by itself
  private volatile boolean hasWaiters;

  boolean hasWaiters() {
    return hasWaiters;
  }

  /**
   * Runs the task when there may be room for it, possibly at once.
   *
   * @param waits false once the answer or stream is over: the task is then dropped. Called under a
   *     lock, so it must not wait
   */
  void add(Wish wish, BooleanSupplier waits, Runnable task) {
    synchronized (waiters) {
      waiters.add(new Waiter(wish, waits, task));
      hasWaiters = true;
    }
    wake(); // room may have become free before the task was in the queue
  }

  /** Runs the tasks for which there is room; each checks again whether there still is. */
  void wake() {
    if (hasWaiters) {
      woken().forEach(each -> each.task.run());
    }
  }

  private List<Waiter> woken() {
    List<Waiter> woken = new ArrayList<>();
    synchronized (waiters) {
      long granted = 0;
      for (Waiter next = waiters.peek(); next != null; next = waiters.peek()) {
        if (next.waits.getAsBoolean()) {
          long withNext = next.wish.grant(granted);
          if (withNext < 0) {
            break;
          }
          granted = withNext;
          woken.add(next);
        }
        waiters.remove();
      }
      hasWaiters = !waiters.isEmpty();
    }
    return woken;
  }

  /** Removes the tasks of answers and streams that are over; otherwise they could fill the heap. */
  void forget() {
    synchronized (waiters) {
      waiters.removeIf(each -> !each.waits.getAsBoolean());
      hasWaiters = !waiters.isEmpty();
    }
  }
}
