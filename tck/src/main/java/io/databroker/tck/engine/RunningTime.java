package io.databroker.tck.engine;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Time for which this process ran. A pause of the whole process or machine, such as SIGSTOP, a
 * suspended laptop or a frozen virtual machine, counts as a second at most, so that it makes no
 * call look hung and no signal look lost.
 *
 * <p><b>Thread-safety:</b> safe for use by any thread.
 */
public final class RunningTime {
  private static final long TICK_MILLIS = 50;
  private static final long LONGEST_GAP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Reading of {@link System#nanoTime} with the running time until then. */
  record Tick(long at, long ran) {
    long ranUntil(long now) {
      return ran + Math.min(now - at, LONGEST_GAP_NANOS);
    }
  }

  private static volatile Tick last = new Tick(System.nanoTime(), 0);

  static {
    KitThreads.start("running-time", RunningTime::tick);
  }

  private RunningTime() {}

  private static void tick() {
    while (true) {
      try {
        Thread.sleep(TICK_MILLIS);
      } catch (InterruptedException e) {
        // The backend under test must not end this thread.
      }
      long now = System.nanoTime();
      last = new Tick(now, last.ranUntil(now));
    }
  }

  /** Returns the running time in nanoseconds, from an arbitrary origin. */
  public static long nanos() {
    return last.ranUntil(System.nanoTime());
  }

  /** Waits for the given running time at most; returns whether the latch opened. */
  public static boolean await(CountDownLatch latch, Duration longest) throws InterruptedException {
    long start = nanos();
    long left = longest.toNanos();
    while (left > 0) {
      if (latch.await(Math.min(left, SLICE_NANOS), TimeUnit.NANOSECONDS)) {
        return true;
      }
      left = longest.toNanos() - (nanos() - start);
    }
    return latch.getCount() == 0;
  }
}
