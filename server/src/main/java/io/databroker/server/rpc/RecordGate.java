package io.databroker.server.rpc;

import io.databroker.server.net.Connection;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets the large records of one stream pass while the heap has room for them.
 *
 * <p><b>Thread-safety:</b> used by one turn at a time.
 */
class RecordGate {
  private enum Turn {
    NONE,
    AWAITED,
    HERE
  }

  private final @Nullable Connection connection;
  private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.NONE);

  /**
   * Creates a gate.
   *
   * @param connection the connection of the stream; null lets everything pass
   */
  RecordGate(@Nullable Connection connection) {
    this.connection = connection;
  }

  /** Returns whether the message may be sent now. */
  boolean passes(Object message) {
    if (connection == null || !(message instanceof LargeRecord large)) {
      return true;
    }
    return large.takePlace(connection, turn.compareAndSet(Turn.HERE, Turn.NONE));
  }

  /**
   * Runs the task when a message that did not pass may be sent. A stream has one place in the
   * queue, even if it asks several times. Once its turn has come, the stream keeps the turn until a
   * message needs it.
   *
   * @param waits false once the stream is over
   */
  void whenOpen(Object message, BooleanSupplier waits, Runnable task) {
    if (connection != null
        && message instanceof LargeRecord large
        && turn.compareAndSet(Turn.NONE, Turn.AWAITED)) {
      large.whenPlace(
          connection,
          waits,
          () -> {
            turn.set(Turn.HERE);
            task.run();
          });
    }
  }

  /** Called after the attempt to send a message that has passed. */
  void left(Object message) {
    if (message instanceof LargeRecord large) {
      large.leave();
    }
  }
}
