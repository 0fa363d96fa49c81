package io.databroker.server.net;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Executor of one connection on the threads of a lane. At most a few of its tasks are in the queue
 * of the threads at the same time. When one of them has run, the next one goes to the end of the
 * queue. So connections take turns, even if one of them begins many calls.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class SharedTurns implements Executor {
  private final Lane lane;

  // Guarded by this.
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private int queued;

  SharedTurns(Lane lane) {
    this.lane = lane;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (this) {
      tasks.add(task);
      if (queued >= lane.mostOfOneConnection()) {
        return;
      }
      queued++;
    }
    lane.executor().execute(this::runOne);
  }

  private void runOne() {
    Runnable task;
    synchronized (this) {
      task = tasks.poll();
    }
    try {
      if (task != null) {
        task.run();
      }
    } finally {
      if (goesOn()) {
        lane.executor().execute(this::runOne);
      }
    }
  }

  private synchronized boolean goesOn() {
    if (!tasks.isEmpty()) {
      return true;
    }
    queued--;
    return false;
  }
}
