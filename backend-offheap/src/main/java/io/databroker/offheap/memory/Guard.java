package io.databroker.offheap.memory;

import io.databroker.api.ClosedException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps memory from being freed under those who use it. Who uses some {@link #enter}s before it
 * looks where it is, and {@link #exit}s; who frees some first takes it from where it is found, and
 * then {@link #await}s all who had entered before.
 *
 * <p>Two sets of counters, in stripes, so that those who enter do not meet. Waiting turns newcomers
 * to the other set and waits until the old one is empty, for either set once: whoever read the
 * phase long ago and counts itself only now is waited for in the second turn, or sees what was
 * changed.
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
   * Begins a use; nothing that is found from here on is freed before its end.
   *
   * @return what to hand to {@link #exit}
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

  @SuppressWarnings("deprecation") // threadId() is not there yet on 17
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

  /** Returns when all who had entered have gone; not to be called from inside. */
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
