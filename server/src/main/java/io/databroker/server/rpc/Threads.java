package io.databroker.server.rpc;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The server's threads: a fixed number, however many clients there are.
 *
 * @param calls run handlers and the turns of snapshots, which may wait for the backend's engine
 * @param streams run the turns of changes that a write has woken, which wait for nothing
 * @param probe asks for the backend's health
 */
record Threads(ExecutorService calls, ExecutorService streams, ScheduledExecutorService probe) {
  static Threads start() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new Threads(
        pool(Math.max(16, 4 * processors), "databroker-call"),
        pool(Math.max(2, processors), "databroker-stream"),
        Executors.newSingleThreadScheduledExecutor(named("databroker-probe")));
  }

  void stop() {
    probe.shutdownNow();
    calls.shutdown();
    streams.shutdown();
  }

  /** Drops what comes after the stop: gRPC's last words for calls that were given up. */
  private static ExecutorService pool(int threads, String name) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        named(name),
        new ThreadPoolExecutor.DiscardPolicy());
  }

  private static ThreadFactory named(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
