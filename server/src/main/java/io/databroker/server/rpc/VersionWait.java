package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Goes on when a version has been written, or after a while. It holds no thread meanwhile. */
final class VersionWait {
  private final Backend backend;
  private final ScheduledExecutorService timer;
  private final Executor executor;
  private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  VersionWait(Backend backend, ScheduledExecutorService timer, Executor executor) {
    this.backend = backend;
    this.timer = timer;
    this.executor = executor;
  }

  /**
   * Runs the task here and now if the version is there, and on the executor later if not.
   *
   * @param version may be of another history, and never come
   */
  void until(long version, Duration atMost, Runnable task) {
    Waiting one;
    try {
      one = atMost.isZero() || reached(version) ? null : new Waiting(version, task);
    } catch (RuntimeException e) {
      one = null; // the task finds out for itself what is wrong
    }
    if (one == null) {
      task.run();
    } else {
      waiting.add(one);
      one.start(stopped ? Duration.ZERO : atMost);
    }
  }

  /** Lets nobody wait any more. */
  void stop() {
    stopped = true;
    waiting.forEach(one -> executor.execute(one::goOn));
  }

  private boolean reached(long version) {
    return Long.compareUnsigned(backend.versions().latest(), version) >= 0;
  }

  private final class Waiting {
    private final long version;
    private final Runnable task;
    private final ChangeFeed feed;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile @Nullable Future<?> timeout;

    Waiting(long version, Runnable task) {
      this.version = version;
      this.task = task;
      this.feed = backend.changes(backend.versions().end(), null);
    }

    void start(Duration atMost) {
      try {
        timeout =
            timer.schedule(
                () -> executor.execute(this::goOn), atMost.toNanos(), TimeUnit.NANOSECONDS);
        look();
      } catch (RejectedExecutionException e) {
        goOn(); // the server is stopping
      }
    }

    /** Never run twice at once: each turn but the first comes from the one before. */
    private void look() {
      try {
        while (!over.get()) {
          if (feed.poll() == null) {
            if (reached(version)) {
              break;
            }
            feed.onReady(this::lookAgain);
            return;
          }
        }
      } catch (RuntimeException e) {
        // A clear, a trim or a close: nothing to wait for any more.
      }
      goOn();
    }

    private void lookAgain() {
      if (!over.get()) {
        executor.execute(this::look);
      }
    }

    private void goOn() {
      if (!over.getAndSet(true)) {
        waiting.remove(this);
        Future<?> pending = timeout;
        if (pending != null) {
          pending.cancel(false);
        }
        feed.close();
        task.run();
      }
    }
  }
}
