package io.databroker.server.net;

import io.databroker.api.Bytes;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Room in the heap for the large records that are being sent. The transport reads a record where it
 * is stored, so a record takes room once, however many clients it is sent to.
 *
 * <p>Sendings that find no room wait in order of arrival. No later sending overtakes them, not even
 * one of a record that has room already: otherwise a series of overlapping sendings could keep that
 * record here for ever.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class RecordRoom {
  private final long most;
  private final RoomQueue waiters = new RoomQueue();

  // Guarded by this.
  private final IdentityHashMap<Bytes, Integer> uses = new IdentityHashMap<>();

  /** Bytes of all records. */
  private long bytes;

  // Room of sendings that were woken and have not taken it yet. Guarded by this.
  private final Set<Bytes> granted = Collections.newSetFromMap(new IdentityHashMap<>());
  private long grantedBytes;

  /**
   * Creates an empty room.
   *
   * @param most bytes of all records, unless a single one is larger
   */
  RecordRoom(long most) {
    this.most = most;
  }

  private boolean fits(long more) {
    long used = bytes + grantedBytes;
    return used + more <= most || used == 0;
  }

  /**
   * Takes room for one more sending of a record.
   *
   * @param woken true for one that has waited
   * @return false, without an effect, if there is none
   */
  synchronized boolean take(Bytes record, boolean woken) {
    if (!woken && waiters.hasWaiters()) {
      return false;
    }
    if (!uses.containsKey(record)) {
      if (granted.remove(record) || woken) { // a woken one may have read another copy
        grantedBytes = Math.max(0, grantedBytes - record.size());
      }
      if (!fits(record.size())) {
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
    waiters.wake();
  }

  private static @Nullable Integer lessOne(int before, int change) {
    return before + change == 0 ? null : before + change;
  }

  /**
   * Runs the task when there may be room for one sending of the given record, possibly at once. The
   * task decides whether it takes the room.
   *
   * @param waits false once the sending is over: its task is then dropped. Called under a lock, so
   *     it must not wait
   */
  void whenRoom(Bytes record, BooleanSupplier waits, Runnable task) {
    WeakReference<Bytes> unlessGone = new WeakReference<>(record); // thousands may have a copy each
    long size = record.size();
    waiters.add(others -> grants(unlessGone.get(), size) ? others : -1, waits, task);
  }

  /** Keeps room for a woken sending, unless its record has room. */
  private synchronized boolean grants(@Nullable Bytes record, long size) {
    if (record != null && (uses.containsKey(record) || granted.contains(record))) {
      return true;
    }
    if (!fits(size)) {
      return false;
    }
    if (record != null) {
      granted.add(record);
    }
    grantedBytes += size;
    return true;
  }

  /**
   * Forgets sendings that are over, and the room of woken sendings that did not take it. Called
   * often, because nothing else may wake the sendings behind them.
   */
  void sweep() {
    synchronized (this) {
      granted.clear();
      grantedBytes = 0;
    }
    waiters.forget();
    waiters.wake();
  }

  boolean hasWaiters() {
    return waiters.hasWaiters();
  }

  synchronized long bytes() {
    return bytes;
  }
}
