package io.databroker.tck.engine;

import io.databroker.tck.text.Texts;
import java.lang.management.ManagementFactory;

/**
 * Compares the cost of a call on a small store and on a large one.
 *
 * <p>The two take turns, and the smallest of many costs counts, so that a busy machine affects both
 * equally. A cost counts as growing only far above any noise: the large store is a thousand times
 * the small one.
 */
public final class Cost {
  private static final int MOST_CALLS = 400;
  private static final int FEWEST_CALLS = 30;
  private static final long LONGEST_NANOS = 1_500_000_000L;

  /** Accepted growth, and the cost that is accepted in any case. */
  private static final int GROWTH = 12;

  private static final long NANOS = 150_000;
  private static final long BYTES = 24_000;

  private Cost() {}

  /** Measures both calls; fails if the second costs far more. */
  public static void compare(
      Bench bench, String rule, String what, Runnable small, Runnable large) {
    long[] least = {Long.MAX_VALUE, Long.MAX_VALUE};
    long[] bytes = {Long.MAX_VALUE, Long.MAX_VALUE};
    long start = System.nanoTime();
    for (int i = 0;
        i < MOST_CALLS
            && (i < FEWEST_CALLS
                || (System.nanoTime() - start < LONGEST_NANOS && !isClear(least, bytes)));
        i++) {
      for (int side = 0; side < 2; side++) {
        long allocated = allocated();
        long began = System.nanoTime();
        (side == 0 ? small : large).run();
        least[side] = Math.min(least[side], System.nanoTime() - began);
        bytes[side] = Math.min(bytes[side], allocated() - allocated);
      }
    }
    String seen =
        Texts.format(
            "%s: %d and %d ns, %d and %d bytes allocated",
            what, least[0], least[1], bytes[0], bytes[1]);
    bench.report("cost", seen);
    if (grows(least, bytes, 1)) {
      throw Violation.of(rule, bench.tuning, "Seen: " + seen);
    }
  }

  /** Returns whether the cost clearly does not grow, so that no more calls are needed. */
  private static boolean isClear(long[] nanos, long[] bytes) {
    return !grows(nanos, bytes, 4);
  }

  /** Returns whether the cost grows by more than a part of the accepted growth. */
  private static boolean grows(long[] nanos, long[] bytes, int part) {
    return part * nanos[1] > GROWTH * nanos[0] + NANOS
        || part * bytes[1] > GROWTH * bytes[0] + BYTES;
  }

  /** Returns the bytes that this thread has allocated, or 0 if the JVM does not count them. */
  private static long allocated() {
    return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean counting
            && counting.isThreadAllocatedMemorySupported()
            && counting.isThreadAllocatedMemoryEnabled()
        ? counting.getThreadAllocatedBytes(Thread.currentThread().getId())
        : 0;
  }
}
