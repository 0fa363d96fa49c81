package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.channel.SingleThreadEventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executor of short tasks on an event loop. It runs them for about a millisecond, then the loop
 * serves its sockets. So tasks that start each other, such as the turns of a stream whose client
 * reads fast, do not keep the loop from its other connections.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class LoopTasks implements Executor {
  private static final Logger log = LoggerFactory.getLogger(LoopTasks.class);
  private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(1);

  private final SingleThreadEventLoop loop;
  private final LongSupplier nanoTime;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** Number of tasks that were added and have not run. */
  private final AtomicInteger left = new AtomicInteger();

  LoopTasks(SingleThreadEventLoop loop, LongSupplier nanoTime) {
    this.loop = loop;
    this.nanoTime = nanoTime;
  }

  /** Runs the task later on the loop; drops it if the loop and its connections have ended. */
  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (left.getAndIncrement() == 0) {
      handOver();
    }
  }

  /**
   * Hands {@link #runSome} over to the loop, which runs it at the end of its next round. A round
   * serves the sockets first. One step of hand-over is not enough: a round runs the tasks of its
   * queue, and the tasks at its end, until there are no more, for up to a second.
   */
  private void handOver() {
    try {
      loop.execute(this::runAfterTheRound);
    } catch (RejectedExecutionException ended) {
      tasks.clear();
    }
  }

  private void runAfterTheRound() {
    try {
      loop.executeAfterEventLoopIteration(this::runSome);
    } catch (RejectedExecutionException ended) { // this is one of its last tasks
      tasks.clear();
    }
  }

  private void runSome() {
    long began = nanoTime.getAsLong();
    int ran = 0;
    Runnable task = tasks.poll();
    while (task != null) {
      run(task);
      ran++;
      task = nanoTime.getAsLong() - began < LONGEST ? tasks.poll() : null;
    }
    if (left.addAndGet(-ran) != 0) {
      handOver();
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) { // the tasks after it must run too
      log.error("a task on an event loop failed", e);
    }
  }
}
