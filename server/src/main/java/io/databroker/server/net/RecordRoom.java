package io.databroker.server.net;

import io.databroker.api.Bytes;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Room in the heap for the large records that are on their way to clients. The transport reads a
 * record where it is stored, so a record takes room once, however many clients it is sent to.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class RecordRoom {
  private final long most;
  private final IdentityHashMap<Bytes, Integer> uses = new IdentityHashMap<>(); // guarded by this
  private final RoomQueue waiting = new RoomQueue(this::fits);

  /** Written under the lock. */
  private volatile long bytes;

  /**
   * Creates an empty room.
   *
   * @param most bytes of all records, unless a single one is larger
   */
  RecordRoom(long most) {
    this.most = most;
  }

  private boolean fits(long more) {
    return bytes + Math.min(more, most) <= most;
  }

  /**
   * Takes room for one more sending of a record.
   *
   * @param woken true for one that has waited; others do not overtake those that wait
   * @return false, without an effect, if there is none
   */
  synchronized boolean take(Bytes record, boolean woken) {
    Integer before = uses.get(record);
    if (before == null) {
      if (!fits(record.size()) || (!woken && waiting.hasWaiters())) {
        return false;
      }
      bytes += record.size();
    }
    uses.merge(record, 1, Integer::sum);
    return true;
  }

  /** Gives back the room of one sending. */
  void giveBack(Bytes record) {
    synchronized (this) {
      if (uses.merge(record, -1, RecordRoom::lessOne) == null) {
        bytes -= record.size();
      }
    }
    waiting.wake();
  }

  private static @Nullable Integer lessOne(int before, int change) {
    return before + change == 0 ? null : before + change;
  }

  /** Runs the task when there may be room for that many bytes. */
  void whenRoom(long wanted, Runnable task) {
    waiting.add(wanted, Runnable::run, task);
  }

  /** Wakes those that wait again, because one that was woken may not have used its room. */
  void wake() {
    waiting.wake();
  }

  boolean hasWaiters() {
    return waiting.hasWaiters();
  }

  long bytes() {
    return bytes;
  }
}
