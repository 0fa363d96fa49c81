package io.databroker.server.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers and streams that wait for room in the transport's buffers, in order of arrival.
 *
 * <p>It wakes only as many as there is room for, because thousands may wait each time that one
 * client reads.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class RoomQueue {
  private record Waiter(long bytes, Executor executor, Runnable task) {}

  /** Room that the waiters want. */
  @FunctionalInterface
  interface Room {
    /** Returns whether there is room for that many bytes beside those that were granted. */
    boolean fits(long granted, long bytes);
  }

  private final Room room;
  private final AtomicInteger count = new AtomicInteger();
  private final Queue<Waiter> waiters = new ArrayDeque<>(); // guarded by itself

  /** Creates an empty queue. */
  RoomQueue(Room room) {
    this.room = room;
  }

  boolean hasWaiters() {
    return count.get() > 0;
  }

  /** Runs the task on the executor when there may be room for that many bytes, possibly at once. */
  void add(long bytes, Executor executor, Runnable task) {
    synchronized (waiters) {
      waiters.add(new Waiter(bytes, executor, task));
      count.incrementAndGet();
    }
    wake(); // room may have become free before the task was in the queue
  }

  /** Runs the tasks for which there is room; each checks again whether there still is. */
  void wake() {
    if (count.get() == 0) {
      return;
    }
    List<Waiter> woken = new ArrayList<>();
    synchronized (waiters) {
      long granted = 0;
      for (Waiter next = waiters.peek();
          next != null && room.fits(granted, next.bytes);
          next = waiters.peek()) {
        granted += next.bytes;
        woken.add(waiters.remove());
        count.decrementAndGet();
      }
    }
    woken.forEach(each -> each.executor.execute(each.task));
  }
}
