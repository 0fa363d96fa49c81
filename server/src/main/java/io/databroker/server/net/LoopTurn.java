package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that a connection may spend on its event loop, which it shares with other connections. The
 * time begins with the first call of a read of the socket and ends a millisecond later, even if the
 * read contains more calls.
 *
 * <p><b>Thread-safety:</b> {@link #isHere} is safe; the event loop calls the others.
 */
final class LoopTurn {
  private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(1);

  private final @Nullable Channel channel;
  private final LoopRound round;
  private final LongSupplier nanoTime;

  /** Begin of the turn, by {@code nanoTime}; 0 if no call has run since the last read. */
  private long began;

  /**
   * Creates a turn without calls.
   *
   * @param round the round that all connections of the event loop share
   */
  LoopTurn(@Nullable Channel channel, LoopRound round, LongSupplier nanoTime) {
    this.channel = channel;
    this.round = round;
    this.nanoTime = nanoTime;
  }

  /** Returns whether this thread is the event loop of the connection. */
  boolean isHere() {
    return channel != null && channel.isRegistered() && channel.eventLoop().inEventLoop();
  }

  /** Returns whether the turn, and the round, have time for one more call. */
  boolean hasTime() {
    long now = nanoTime.getAsLong() | 1;
    if (began == 0) {
      began = now;
    }
    return now - began < LONGEST && round.hasTime(now);
  }

  /** Ends the turn: all bytes of this read have been handled. */
  void end() {
    began = 0;
  }
}
