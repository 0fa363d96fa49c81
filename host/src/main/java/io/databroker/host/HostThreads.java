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
 * The host's own threads: one timer, workers of one thread each for calls that may wait, and as
 * many as it takes for what lease holders do. A thread is there while it has something to do. After
 * close, tasks are dropped.
 */
final class HostThreads implements Timer, AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  private final Duration patience;
  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor holders;
  private final List<ThreadPoolExecutor> workers = new CopyOnWriteArrayList<>();

  /**
   * @param patience how long {@link #close} waits for what is running
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
            new SynchronousQueue<>(), // each task has a thread at once
            new Named("lease-holder"),
            new ThreadPoolExecutor.DiscardPolicy());
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
            new Named(name),
            new ThreadPoolExecutor.DiscardPolicy());
    worker.allowCoreThreadTimeOut(true);
    workers.add(worker);
    return worker;
  }

  /** Runs what lease holders do when they are told: none waits for another. */
  Executor holders() {
    return holders;
  }

  /** Interrupts calls of backends, but no holder, and waits for all that is running. */
  @Override
  public void close() {
    timer.shutdownNow();
    holders.shutdown();
    workers.forEach(ThreadPoolExecutor::shutdownNow);
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience);
    try {
      for (ThreadPoolExecutor worker : workers) {
        await(worker, deadline, "a call of a backend");
      }
      await(holders, deadline, "what a lease holder does");
      await(timer, deadline, "the timer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it goes on closing, without waiting
    }
  }

  private void await(ThreadPoolExecutor threads, long deadline, String what)
      throws InterruptedException {
    if (Thread.currentThread() instanceof HostThread own
        && own.factory == threads.getThreadFactory()) {
      return; // it is what runs this
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
