package io.databroker.host.patch;

import io.databroker.api.UnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Fair locks that order the patches of each record. */
final class Turns {
  private static final int LOCKS = 256;
  private static final long PATIENCE_SECONDS = 10;

  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  Turns() {
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock(true);
    }
  }

  /** Locks held by a caller. */
  record Turn(List<ReentrantLock> held) {
    void end() {
      held.forEach(ReentrantLock::unlock);
    }
  }

  /** Waits for the locks of all records. */
  Turn take(List<Patch> patches) {
    // All callers take the locks in the same order, so there is no deadlock.
    int[] wanted = patches.stream().mapToInt(Turns::place).distinct().sorted().toArray();
    Turn turn = new Turn(new ArrayList<>(wanted.length));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    for (int place : wanted) {
      String problem = lock(locks[place], deadline);
      if (problem != null) {
        turn.end();
        throw new UnavailableException(problem, null);
      }
      turn.held.add(locks[place]);
    }
    return turn;
  }

  private static @Nullable String lock(ReentrantLock lock, long deadline) {
    if (!lock.hasQueuedThreads() && lock.tryLock()) {
      return null; // the lock is free: no wait, so an interrupt does not matter
    }
    try {
      return lock.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
          ? null
          : "earlier patches of the same records did not end within " + PATIENCE_SECONDS + " s";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted while waiting for earlier patches of the same records";
    }
  }

  private static int place(Patch patch) {
    return Math.floorMod(31 * patch.type().hashCode() + patch.id().hashCode(), LOCKS);
  }
}
