package io.databroker.server.net;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Time that calls of all connections may take on their event loop before it looks at its sockets
 * again. Without this limit, a client with a thousand connections could delay all others of the
 * loop by a thousand turns.
 *
 * <p><b>Thread-safety:</b> none; used by the event loop.
 */
final class LoopRound {
  static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(10);

  private final Executor loop;

  /** Time of the first call of the round; 0 if there was none. */
  private long began;

  /**
   * Creates a round without calls.
   *
   * @param loop runs tasks on the event loop, after it has read the sockets that were ready
   */
  LoopRound(Executor loop) {
    this.loop = loop;
  }

  /**
   * Returns whether the round has time for one more call.
   *
   * @param now the time, which is never 0
   */
  boolean hasTime(long now) {
    if (began == 0) {
      began = now;
      try {
        loop.execute(() -> began = 0);
      } catch (RejectedExecutionException e) { // the server is stopping
        began = 0;
        return false;
      }
    }
    return now - began < LONGEST;
  }
}
