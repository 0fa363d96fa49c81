package io.databroker.host.copy;

import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Repeats a call while the engine of a store is away. A batch may be applied twice: that leaves the
 * same records in the same order, because the second time follows the first at once.
 */
final class Outages {
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  private Outages() {}

  static void outlast(Runnable call) throws InterruptedException {
    var unused =
        outlast(
            () -> {
              call.run();
              return true;
            });
  }

  static <T> T outlast(Supplier<T> call) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    for (long pause = 50; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
      try {
        return call.get();
      } catch (UnavailableException | OutcomeUnknownException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(pause);
      }
    }
  }
}
