package io.databroker.server.rpc;

/**
 * Room that one stream takes for the batch that it holds.
 *
 * <p><b>Thread-safety:</b> none; used by the turns of the stream.
 */
final class HeldBatch {
  private final BatchRoom room;
  private long bytes;

  HeldBatch(BatchRoom room) {
    this.room = room;
  }

  /** Holds that many bytes from now on; returns false if there is no room for them. */
  boolean hold(long now) {
    if (now > bytes) {
      room.giveBack(bytes); // after growth, too, a single batch may exceed the room
      bytes = 0;
      if (!room.take(now)) {
        return false;
      }
    } else if (now < bytes) {
      room.giveBack(bytes - now);
    }
    bytes = now;
    return true;
  }
}
