package io.databroker.tck.engine;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Asks the garbage collector which objects are still reachable. */
public final class Garbage {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private Garbage() {}

  /**
   * Collects garbage until none of the objects is reachable, or the time is up.
   *
   * @return the number of objects that are still reachable
   * @throws InconclusiveException if the collector does not even free an object that nothing
   *     reaches
   */
  public static long reachable(Collection<? extends WeakReference<?>> objects, Duration longest) {
    WeakReference<Object> control = new WeakReference<>(new Object());
    long start = System.nanoTime();
    long left = left(objects);
    for (boolean first = true;
        left > 0 && (first || System.nanoTime() - start < longest.toNanos());
        first = false) {
      System.gc();
      LockSupport.parkNanos(PAUSE_NANOS);
      left = left(objects);
    }
    if (left > 0 && control.get() != null) {
      throw new InconclusiveException("the garbage collector frees nothing when it is asked");
    }
    return left;
  }

  private static long left(Collection<? extends WeakReference<?>> objects) {
    return objects.stream().filter(object -> object.get() != null).count();
  }
}
