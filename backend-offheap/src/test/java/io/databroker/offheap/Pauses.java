package io.databroker.offheap;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The longest time for which this process stood still: how late a thread that wants to run every
 * millisecond was at most, which on a busy machine counts its other processes too.
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
