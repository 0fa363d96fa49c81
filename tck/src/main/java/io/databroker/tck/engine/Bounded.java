package io.databroker.tck.engine;

import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs untrusted code in its own thread, and abandons the thread if it does not end.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
final class Bounded {
  private static final long LOOK_MILLIS = 50;

  /**
   * A backend counts as slow if the mean time between two calls is longer than this. Work that
   * makes calls more often than that and still never ends, such as reading an endless feed, hangs.
   */
  private static final long SLOW_CALL_NANOS = 2_000_000;

  private Bounded() {}

  /**
   * Runs the work and waits for it.
   *
   * @param what the name of the work in a failure
   * @param bound how long the work may take as a whole
   * @param calls the running calls of the backend; none may be overdue
   * @throws HungException if a call takes too long, or the whole work although calls are quick; the
   *     thread is abandoned
   * @throws InconclusiveException if the whole work takes too long because calls are slow
   */
  static <T extends @Nullable Object> T call(
      String what, Duration bound, Calls calls, Callable<T> work) throws Throwable {
    return call(what, bound, calls, Processor::nanos, work);
  }

  /** Runs the work, with another source of the processor time of this process, in nanoseconds. */
  static <T extends @Nullable Object> T call(
      String what, Duration bound, Calls calls, LongSupplier processor, Callable<T> work)
      throws Throwable {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new KitThreads("test").newThread(task);
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    thread.start();
    long start = RunningTime.nanos();
    long before = calls.ended();
    long computedBefore = processor.getAsLong();
    try {
      while (true) {
        try {
          return task.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException notYet) {
          HungException hung = calls.overdue();
          long took = RunningTime.nanos() - start;
          if (hung == null && took > bound.toNanos()) {
            long made = calls.ended() - before;
            if (made > 0 && took / made > SLOW_CALL_NANOS) {
              throw new InconclusiveException(
                  Texts.format(
                      "%s did not end within %d seconds, in which %d calls returned",
                      what, bound.toSeconds(), made));
            }
            hung = hanging(what, took, processor.getAsLong() - computedBefore, bound, thread);
          }
          if (hung != null) {
            throw hung;
          }
        }
      }
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof OutOfMemoryError) {
        // JUnit would end its whole run after this error.
        throw new AssertionError("the heap is full, or a call says so: " + cause, cause);
      }
      throw cause == null ? e : cause;
    }
  }

  /** Returns the failure of work that took longer than its bound, or null if it may still end. */
  private static @Nullable HungException hanging(
      String what, long took, long computed, Duration bound, Thread thread) {
    return switch (Processor.judge(took, computed, bound.toNanos())) {
      case RUNS -> null;
      case HANGS ->
          new HungException(
              Texts.format("%s did not end within %d seconds", what, bound.toSeconds()),
              thread.getStackTrace());
      case STARVES ->
          throw new InconclusiveException(
              Processor.words(what, took, computed), "run it again on a machine that is less busy");
    };
  }
}
