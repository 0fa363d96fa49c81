package io.databroker.server.rpc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pause of calls on event loops after one that took long. A backend that declares immediate reads
 * and yet waits would otherwise stop all connections of a loop at each call. With the pause, it
 * stops them at one call in ten seconds.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class LoopPause {
  /**
   * A call takes microseconds. A garbage collection, or a busy machine, can prolong a call to
   * milliseconds.
   */
  static final Duration LONG = Duration.ofMillis(200);

  static final Duration PAUSE = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(LoopPause.class);

  private final LongSupplier nanoTime;

  /** End of the pause, in {@code nanoTime}; 0 if there is none. */
  private final AtomicLong until = new AtomicLong();

  LoopPause(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Returns whether calls may run on event loops. */
  boolean isOver() {
    long end = until.get();
    if (end == 0) {
      return true;
    }
    // If another loop has begun a new pause meanwhile, the pause continues.
    return nanoTime.getAsLong() - end >= 0 && until.compareAndSet(end, 0);
  }

  /** Runs a call on this event loop; pauses further calls if it takes long. */
  void run(String method, Runnable call) {
    long began = nanoTime.getAsLong();
    try {
      call.run();
    } finally {
      pauseIfLong(method, began, nanoTime.getAsLong());
    }
  }

  private void pauseIfLong(String method, long began, long ended) {
    if (ended - began >= LONG.toNanos()) {
      until.set((ended + PAUSE.toNanos()) | 1);
      log.warn(
          "{} took {} ms on an event loop; such calls run on other threads for {} s",
          method,
          Duration.ofNanos(ended - began).toMillis(),
          PAUSE.toSeconds());
    }
  }
}
