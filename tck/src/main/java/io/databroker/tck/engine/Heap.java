package io.databroker.tck.engine;

import java.lang.ref.WeakReference;

/** Memory that this JVM holds. */
public final class Heap {
  private static final int MOST_COLLECTIONS = 8;

  private Heap() {}

  /**
   * Returns the bytes that the heap holds after a garbage collection: the least of several looks,
   * since other threads may allocate meanwhile.
   *
   * @throws InconclusiveException if this JVM does not collect garbage on demand
   */
  public static long used() {
    WeakReference<Object> garbage = new WeakReference<>(new Object());
    long least = Long.MAX_VALUE;
    int collected = 0;
    for (int i = 0; i < MOST_COLLECTIONS && collected < 2; i++) {
      System.gc();
      if (garbage.get() == null) {
        collected++;
        Runtime runtime = Runtime.getRuntime();
        least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
      }
    }
    if (collected == 0) {
      throw new InconclusiveException("the JVM does not collect garbage when it is asked to");
    }
    return least;
  }
}
