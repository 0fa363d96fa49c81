package io.databroker.server.rpc;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pause of calls on event loops after one that took long. A backend that declares immediate reads
 * and yet waits would otherwise stop all connections of a loop at each call; with the pause, at one
 * call in ten seconds.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class LoopPause {
  /** A call takes microseconds. Garbage collection, or a busy machine, can make it milliseconds. */
  static final Duration LONG = Duration.ofMillis(200);

  static final Duration PAUSE = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(LoopPause.class);

  private final LongSupplier nanoTime;

  /** End of the pause, in {@code nanoTime}; 0 if there is none. */
  private volatile long until;

  LoopPause(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Returns whether calls may run on event loops. */
  boolean isOver() {
    long end = until;
    if (end == 0) {
      return true;
    }
    if (nanoTime.getAsLong() - end < 0) {
      return false;
    }
    until = 0;
    return true;
  }

  /** Runs a call on this event loop; pauses further calls if it takes long. */
  void run(String method, Runnable call) {
    long began = nanoTime.getAsLong();
    call.run();
    long ended = nanoTime.getAsLong();
    if (ended - began >= LONG.toNanos()) {
      until = (ended + PAUSE.toNanos()) | 1;
      log.warn(
          "{} took {} ms on an event loop; such calls run on other threads for {} s",
          method,
          Duration.ofNanos(ended - began).toMillis(),
          PAUSE.toSeconds());
    }
  }
}
