package io.databroker.offheap.journal;

import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Wakes feeds for the {@link Publisher} on its own thread. The thread that runs an fsync may hold
 * the store's lock, or all writers may wait for it. But a notifier may run a signal on the calling
 * thread, and a signal may write, clear or close.
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

  /** Does not wait for a running signal, because that signal may be the caller. */
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
          return; // the close of the store wakes all remaining feeds
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
