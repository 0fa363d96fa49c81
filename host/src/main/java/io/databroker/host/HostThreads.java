package io.databroker.host;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads of the host: one timer; workers with one thread each, for backend calls that may wait;
 * and any number of threads for the actions of lease holders. Idle threads end. After {@link
 * #close}, tasks are dropped.
 */
final class HostThreads implements Timer, AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  private final Duration patience;
  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor holders;
  private final List<ThreadPoolExecutor> workers = new CopyOnWriteArrayList<>();

  /**
   * @param patience how long {@link #close} waits for running tasks
   */
  HostThreads(Duration patience) {
    this.patience = patience;
    timer =
        new ScheduledThreadPoolExecutor(
            1, new Named("timer"), new ThreadPoolExecutor.DiscardPolicy());
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
    holders =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(), // each task gets a thread at once
            new Named("lease-holder"),
            new ThreadPoolExecutor.DiscardPolicy());
  }

  @Override
  public Runnable after(Duration delay, Runnable task) {
    Future<?> future =
        timer.schedule(task, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  /** Returns a worker: one thread that runs tasks in order. */
  Executor worker(String name) {
    ThreadPoolExecutor worker =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new Named(name),
            new ThreadPoolExecutor.DiscardPolicy());
    worker.allowCoreThreadTimeOut(true);
    workers.add(worker);
    return worker;
  }

  /** Returns the executor for the actions of lease holders, each on a thread of its own. */
  Executor holders() {
    return holders;
  }

  /** Returns whether the caller is a thread of some host. */
  static boolean isCurrent() {
    return Thread.currentThread() instanceof HostThread;
  }

  /** Interrupts backend calls, but not lease holders, and waits for all running tasks. */
  @Override
  public void close() {
    timer.shutdownNow();
    holders.shutdown();
    workers.forEach(ThreadPoolExecutor::shutdownNow);
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience);
    try {
      for (ThreadPoolExecutor worker : workers) {
        await(worker, deadline, "a backend call");
      }
      await(holders, deadline, "an action of a lease holder");
      await(timer, deadline, "the timer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // continue closing, without waiting
    }
  }

  private void await(ThreadPoolExecutor threads, long deadline, String what)
      throws InterruptedException {
    if (Thread.currentThread() instanceof HostThread own
        && own.factory == threads.getThreadFactory()) {
      return; // called from one of its own threads
    }
    if (!threads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException(what + " has not ended within " + patience);
    }
  }

  private static final class Named implements ThreadFactory {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public Thread newThread(Runnable task) {
      return new HostThread(this, task, "databroker-" + name);
    }
  }

  private static final class HostThread extends Thread {
    final ThreadFactory factory;

    HostThread(ThreadFactory factory, Runnable task, String name) {
      super(task, name);
      this.factory = factory;
      setDaemon(true);
    }
  }
}
