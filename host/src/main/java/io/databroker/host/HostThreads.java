package io.databroker.host;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The host's own threads: one timer, and workers of one thread each for calls that may wait. A
 * thread is there while it has something to do. After close, tasks are dropped.
 */
final class HostThreads implements Timer, AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  private final Duration patience;
  private final ScheduledThreadPoolExecutor timer;
  private final List<ExecutorService> workers = new CopyOnWriteArrayList<>();

  /**
   * @param patience how long {@link #close} waits for what is running
   */
  HostThreads(Duration patience) {
    this.patience = patience;
    timer = new ScheduledThreadPoolExecutor(1, named("timer"));
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  @Override
  public Runnable after(Duration delay, Runnable task) {
    Future<?> future =
        timer.schedule(task, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  /** One thread, which runs tasks in order. */
  Executor worker(String name) {
    ThreadPoolExecutor worker =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            named(name),
            new ThreadPoolExecutor.DiscardPolicy());
    worker.allowCoreThreadTimeOut(true);
    workers.add(worker);
    return worker;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    workers.forEach(ExecutorService::shutdownNow);
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      for (ExecutorService worker : workers) {
        if (!worker.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw new IllegalStateException("a call of a backend has not ended within " + patience);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it goes on closing, without waiting
    }
  }

  private static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, "databroker-" + name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
