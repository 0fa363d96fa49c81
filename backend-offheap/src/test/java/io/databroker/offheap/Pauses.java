package io.databroker.offheap;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Longest pause of this process: the largest delay of a thread that wakes every millisecond. On a
 * busy machine it includes the load of other processes.
 */
final class Pauses {
  private final AtomicLong longest = new AtomicLong();
  private final AtomicBoolean stopped = new AtomicBoolean();

  private Pauses() {}

  static Pauses measure() {
    Pauses pauses = new Pauses();
    Thread thread = new Thread(pauses::run, "pauses");
    thread.setDaemon(true);
    thread.start();
    return pauses;
  }

  private void run() {
    while (!stopped.get()) {
      long begin = System.nanoTime();
      LockSupport.parkNanos(1_000_000);
      longest.accumulateAndGet(System.nanoTime() - begin - 1_000_000, Math::max);
    }
  }

  long longestMillis() {
    stopped.set(true);
    return longest.get() / 1_000_000;
  }
}
