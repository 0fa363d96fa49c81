package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Position;
import io.databroker.api.Versions;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wait of a query for the version that its request names. It holds no thread.
 *
 * <p>A request names a version without its history, so the version may belong to an ended history,
 * for example if a session outlived a restart. A query waits only for a version just above the last
 * one, because only that can be a running write. A version that does not arrive belongs to another
 * history; from then on no query of that client waits until this history has passed that version.
 * Queries of other clients still wait: a client cannot switch the wait off for others.
 */
final class VersionWait {
  private static final Logger log = LoggerFactory.getLogger(VersionWait.class);

  /** Largest distance of a running write from the last version. */
  private static final long RACING = 16;

  private final Backend backend;
  private final ScheduledExecutorService timer;
  private final Executor executor;
  private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  /**
   * For each client, the last version that did not arrive in time, and the history at that moment.
   * The entry of a client is removed when its connection ends.
   */
  private final Map<Object, Position> missed = Collections.synchronizedMap(new WeakHashMap<>());

  VersionWait(Backend backend, ScheduledExecutorService timer, Executor executor) {
    this.backend = backend;
    this.timer = timer;
    this.executor = executor;
  }

  /**
   * Runs the task at once, on this thread, unless the version may arrive soon. In that case it runs
   * the task later: when the version has arrived, or after a while.
   *
   * @param client the client's connection, or another object that identifies the client
   * @param later returns the action that starts the task later, in the turn of its connection
   */
  void until(
      Object client, long version, Duration atMost, Runnable task, UnaryOperator<Runnable> later) {
    Waiting one;
    try {
      one =
          atMost.isZero() || !mayCome(client, version)
              ? null
              : new Waiting(client, version, later.apply(task));
    } catch (RuntimeException e) {
      one = null; // the task meets the same error itself
    }
    if (one == null) {
      task.run();
    } else {
      waiting.add(one);
      one.start(stopped ? Duration.ZERO : atMost);
    }
  }

  /** Ends all waits, and lets later ones return at once. */
  void stop() {
    stopped = true;
    waiting.forEach(one -> executor.execute(one::goOn));
  }

  private boolean mayCome(Object client, long version) {
    Versions now = backend.versions();
    long last = now.latest();
    return Long.compareUnsigned(version, last) > 0
        && Long.compareUnsigned(version - last, RACING) <= 0
        && !hasGivenUp(client, now);
  }

  private boolean hasGivenUp(Object client, Versions now) {
    Position vain = missed.get(client);
    return vain != null
        && vain.serverVersion() == now.serverVersion()
        && Long.compareUnsigned(now.latest(), vain.version()) < 0;
  }

  private boolean reached(long version) {
    return Long.compareUnsigned(backend.versions().latest(), version) >= 0;
  }

  private final class Waiting {
    private final Object client;
    private final long version;
    private final Runnable task;
    private final Position begun;
    private final ChangeFeed feed;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile @Nullable Future<?> timeout;

    Waiting(Object client, long version, Runnable task) {
      this.client = client;
      this.version = version;
      this.task = task;
      this.begun = backend.versions().end();
      this.feed = backend.changes(begun, null);
    }

    void start(Duration atMost) {
      try {
        timeout =
            timer.schedule(
                () -> executor.execute(this::giveUp), atMost.toNanos(), TimeUnit.NANOSECONDS);
        look();
      } catch (RejectedExecutionException e) {
        goOn(); // the server is stopping
      }
    }

    /** Runs one turn of the wait. Each turn starts the next, so no two run concurrently. */
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
        // A clear, a trim or a close: the wait is over.
      }
      goOn();
    }

    private void lookAgain() {
      if (!over.get()) {
        executor.execute(this::look);
      }
    }

    private void giveUp() {
      if (!over.get()) {
        missed.put(client, new Position(begun.serverVersion(), version));
      }
      goOn();
    }

    private void goOn() {
      if (!over.getAndSet(true)) {
        waiting.remove(this);
        Future<?> pending = timeout;
        if (pending != null) {
          pending.cancel(false);
        }
        close();
        task.run();
      }
    }

    private void close() {
      try {
        feed.close();
      } catch (RuntimeException | Error e) { // the query must be answered all the same
        log.warn("the feed of a query that waited could not be closed: {}", e.toString());
      }
    }
  }
}
