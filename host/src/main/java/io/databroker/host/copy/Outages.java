package io.databroker.host.copy;

import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import io.databroker.host.retry.Backoff;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Repeats a call while the engine of a store is away. A batch may be applied twice. That leaves the
 * same records in the same order, because no other write comes in between.
 */
final class Outages {
  private static final Backoff BACKOFF = Backoff.standard().giveUpAfter(Duration.ofMinutes(2));

  private final long deadline = System.nanoTime() + BACKOFF.giveUpAfter().toNanos();
  private int failures;

  private Outages() {}

  /** Begins to count the failures of one outage. */
  static Outages begin() {
    return new Outages();
  }

  /** Waits longer after each failure; throws it if the outage has lasted too long. */
  void pause(RuntimeException failure) throws InterruptedException {
    if (System.nanoTime() - deadline > 0) {
      throw failure;
    }
    Duration pause = BACKOFF.pause(++failures, ThreadLocalRandom.current());
    TimeUnit.NANOSECONDS.sleep(pause.toNanos());
  }

  static void outlast(Runnable call) throws InterruptedException {
    var unused =
        outlast(
            () -> {
              call.run();
              return true;
            });
  }

  static <T> T outlast(Supplier<T> call) throws InterruptedException {
    Outages outage = begin();
    while (true) {
      try {
        return call.get();
      } catch (UnavailableException | OutcomeUnknownException e) {
        outage.pause(e);
      }
    }
  }
}
