package io.databroker.offheap.journal;

import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Wakes feeds for the {@link Publisher}, by a thread of its own: whoever forces may hold the
 * store's lock, or be the thread that all writers wait for, and a notifier may run a signal right
 * where it is handed over, which may write, clear or close.
 */
public final class Waker {
  private static final System.Logger LOG = System.getLogger(Waker.class.getName());

  private final BooleanSupplier waiting;
  private final Consumer<Set<String>> wake;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();

  /** The types written since the last wake-up. */
  private Set<String> written = new HashSet<>();

  private boolean stopped;

  /**
   * @param waiting whether there is any feed to wake
   * @param wake wakes the feeds of those types
   */
  public Waker(BooleanSupplier waiting, Consumer<Set<String>> wake) {
    this.waiting = waiting;
    this.wake = wake;
  }

  void start() {
    Thread thread = new Thread(this::run, "databroker-offheap-wake");
    thread.setDaemon(true);
    thread.start();
  }

  /** Schedules the signals of feeds after a commit to these types; runs none on this thread. */
  void wake(Set<String> types) {
    if (types.isEmpty() || !waiting.getAsBoolean()) {
      return;
    }
    lock.lock();
    try {
      written.addAll(types);
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Does not wait for a signal that is running: it may be what stops this. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (true) {
      Set<String> types;
      lock.lock();
      try {
        while (written.isEmpty() && !stopped) {
          work.awaitUninterruptibly();
        }
        if (stopped) {
          return; // who closes the store wakes all that is left
        }
        types = written;
        written = new HashSet<>();
      } finally {
        lock.unlock();
      }
      try {
        wake.accept(types);
      } catch (RuntimeException | Error broken) {
        LOG.log(Level.WARNING, "feeds may wait until the next write of their type", broken);
      }
    }
  }
}
