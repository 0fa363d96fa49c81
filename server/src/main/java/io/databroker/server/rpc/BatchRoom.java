package io.databroker.server.rpc;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Room in the heap for the batches that streams hold between their turns. Without this limit, a
 * client that does not read could keep a batch in the heap after the backend has dropped it.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class BatchRoom {
  private final long most;
  private final AtomicLong held = new AtomicLong();

  /**
   * Creates an empty room.
   *
   * @param most bytes of all batches, unless a single one is larger
   */
  BatchRoom(long most) {
    this.most = most;
  }

  /** Takes room for that many more bytes; returns false, without an effect, if there is none. */
  boolean take(long bytes) {
    long before = held.get();
    while (before == 0 || before + bytes <= most) {
      if (held.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = held.get();
    }
    return false;
  }

  /** Gives room back that was taken. */
  void giveBack(long bytes) {
    held.addAndGet(-bytes);
  }
}
