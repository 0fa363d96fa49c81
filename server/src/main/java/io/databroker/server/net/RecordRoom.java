package io.databroker.server.net;

import io.databroker.api.Bytes;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Room in the heap for the large records that are on their way to clients. The transport reads a
 * record where it is stored, so a record takes room once, however many clients it is sent to.
 *
 * <p>Sendings that find no room wait in order of arrival. Nobody overtakes them, not even for a
 * record that has room already: a row of overlapping sendings would keep that record here for ever.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class RecordRoom {
  /**
   * Sending that waits.
   *
   * @param record the record, unless nobody else holds it: thousands may wait, each with a copy
   */
  private record Waiter(
      WeakReference<Bytes> record, long size, BooleanSupplier waits, Runnable task) {}

  private final long most;

  // Guarded by this.
  private final IdentityHashMap<Bytes, Integer> uses = new IdentityHashMap<>();
  private final Queue<Waiter> waiters = new ArrayDeque<>();

  /** Bytes of all records; written under the lock. */
  private volatile long bytes;

  private volatile boolean hasWaiters;

  /**
   * Creates an empty room.
   *
   * @param most bytes of all records, unless a single one is larger
   */
  RecordRoom(long most) {
    this.most = most;
  }

  private boolean fits(long granted, long more) {
    long used = bytes + granted;
    return used + more <= most || used == 0;
  }

  /**
   * Takes room for one more sending of a record.
   *
   * @param woken true for one that has waited
   * @return false, without an effect, if there is none
   */
  synchronized boolean take(Bytes record, boolean woken) {
    if (!woken && !waiters.isEmpty()) {
      return false;
    }
    if (!uses.containsKey(record)) {
      if (!fits(0, record.size())) {
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
    wake();
  }

  private static @Nullable Integer lessOne(int before, int change) {
    return before + change == 0 ? null : before + change;
  }

  /**
   * Runs the task when there may be room for one sending of that record, possibly at once.
   *
   * @param waits false once the sending is over: its task is then dropped. Called under a lock, so
   *     it must not wait
   */
  void whenRoom(Bytes record, BooleanSupplier waits, Runnable task) {
    synchronized (this) {
      waiters.add(new Waiter(new WeakReference<>(record), record.size(), waits, task));
      hasWaiters = true;
    }
    wake(); // room may have become free before the task was in the queue
  }

  /**
   * Runs the tasks for which there is room. Each takes the room itself, or not: a later wake is for
   * those that wait behind it.
   */
  void wake() {
    if (hasWaiters) {
      woken().forEach(each -> each.task.run());
    }
  }

  private synchronized List<Waiter> woken() {
    List<Waiter> woken = new ArrayList<>();
    Set<Bytes> granted = Collections.newSetFromMap(new IdentityHashMap<>());
    long grantedBytes = 0;
    for (Waiter next = waiters.peek(); next != null; next = waiters.peek()) {
      if (next.waits.getAsBoolean()) {
        Bytes record = next.record.get();
        boolean isNew = record == null || !(uses.containsKey(record) || granted.contains(record));
        if (isNew && !fits(grantedBytes, next.size)) {
          break;
        }
        if (record != null) {
          granted.add(record);
        }
        grantedBytes += isNew ? next.size : 0;
        woken.add(next);
      }
      waiters.remove();
    }
    hasWaiters = !waiters.isEmpty();
    return woken;
  }

  boolean hasWaiters() {
    return hasWaiters;
  }

  long bytes() {
    return bytes;
  }
}
