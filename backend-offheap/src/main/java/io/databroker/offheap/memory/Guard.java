package io.databroker.offheap.memory;

import io.databroker.api.ClosedException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps memory from being freed while threads read it. A reader calls {@link #enter} before it
 * looks up a reference, and {@link #exit} at the end. A thread that frees memory first removes all
 * references to it, and then calls {@link #await}, which waits for the readers that entered before.
 *
 * <p>Readers are counted in two sets of striped counters, so that they do not contend. {@code
 * await} directs new readers to the other set and waits until the old set is empty; it does so
 * twice. A reader may read the phase early but count itself late. Then the second round waits for
 * it, or it sees that the references are gone.
 */
public final class Guard {
  private static final int STRIPES = 64;
  private static final int PAD = 16;

  private final AtomicLongArray inside = new AtomicLongArray(2 * STRIPES * PAD);
  private final String what;
  private volatile int phase;
  private volatile boolean closed;

  public Guard(String what) {
    this.what = what;
  }

  /**
   * Begins a read: memory looked up from here on is not freed before its end.
   *
   * @return the value to pass to {@link #exit}
   */
  public int enter() {
    int place = place();
    inside.getAndIncrement(place);
    if (closed) {
      inside.getAndDecrement(place);
      throw new ClosedException(what);
    }
    return place;
  }

  @SuppressWarnings("deprecation") // threadId() is missing in Java 17
  private int place() {
    return ((phase & 1) * STRIPES + ((int) Thread.currentThread().getId() & (STRIPES - 1))) * PAD;
  }

  public void exit(int place) {
    inside.getAndDecrement(place);
  }

  public boolean isClosed() {
    return closed;
  }

  public void checkOpen() {
    if (closed) {
      throw new ClosedException(what);
    }
  }

  /** Closes the guard to new readers; returns whether this was the first call. */
  public synchronized boolean close() {
    boolean first = !closed;
    closed = true;
    return first;
  }

  /** Waits until all readers that had entered have left; must not be called inside the guard. */
  public synchronized void await() {
    for (int turn = 0; turn < 2; turn++) {
      int old = phase & 1;
      phase++;
      for (int stripe = 0; stripe < STRIPES; stripe++) {
        int place = (old * STRIPES + stripe) * PAD;
        for (int spins = 0; inside.get(place) != 0; spins++) {
          if (spins < 100) {
            Thread.onSpinWait();
          } else {
            LockSupport.parkNanos(50_000);
          }
        }
      }
    }
  }
}
