package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;
import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a process that can no longer serve, so that its supervisor restarts it.
 *
 * <p>It checks once a second on its own thread. When direct memory is exhausted, or was since the
 * last check, it first cuts off the connections with the most bytes. It ends the process when no
 * buffer was available, or an event loop ran no task, for {@link #PATIENCE}.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class Watchdog implements AutoCloseable {
  /** Exit code of a process that could no longer serve. */
  public static final int EXIT_CODE = 70;

  static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int PROBE_BYTES = 64 << 10;
  private static final long LOOK_MILLIS = 1_000;
  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  private final ByteBufAllocator allocator;
  private final Connections connections;
  private final LongSupplier nanoTime;
  private final List<Loop> loops = new ArrayList<>();
  private @Nullable ScheduledExecutorService thread;
  private long noMemorySince;
  private long shortagesSeen;
  private volatile boolean able = true;

  /** An event loop and its last probe task. */
  private static final class Loop {
    private final EventExecutor executor;
    private volatile boolean answered = true;
    private long askedAt;

    Loop(EventExecutor executor) {
      this.executor = executor;
    }
  }

  Watchdog(EventExecutorGroup group, ByteBufAllocator allocator, Connections connections) {
    this(group, allocator, connections, System::nanoTime);
  }

  Watchdog(
      EventExecutorGroup group,
      ByteBufAllocator allocator,
      Connections connections,
      LongSupplier nanoTime) {
    this.allocator = allocator;
    this.connections = connections;
    this.nanoTime = nanoTime;
    group.forEach(executor -> loops.add(new Loop(executor)));
  }

  /** Starts checking; calls {@code end} with the reason when the process cannot serve. */
  public synchronized void start(Consumer<String> end) {
    ScheduledExecutorService looking =
        Executors.newSingleThreadScheduledExecutor(
            new DefaultThreadFactory("databroker-watchdog", true));
    thread = looking;
    var unused =
        looking.scheduleWithFixedDelay(
            () -> {
              String problem = look();
              if (problem != null) {
                end.accept(problem);
              }
            },
            LOOK_MILLIS,
            LOOK_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  /** Returns whether the last check found no problem. */
  public boolean able() {
    return able;
  }

  /** The reason why the process cannot serve, or null. */
  @Nullable String look() {
    String memory = lookAtMemory();
    String loop = lookAtLoops();
    return memory != null ? memory : loop;
  }

  private @Nullable String lookAtMemory() {
    long now = nanoTime.getAsLong();
    long shortages = connections.shortages();
    boolean wasShort = shortages != shortagesSeen;
    shortagesSeen = shortages;
    boolean hasBuffer = hasBuffer();
    if (hasBuffer && !wasShort) {
      if (!able) {
        log.info("there is direct memory again");
      }
      able = true;
      return null;
    }
    if (able) {
      log.error("direct memory is exhausted; the largest connections are cut off");
    }
    if (able || hasBuffer) {
      noMemorySince = now;
    }
    able = false;
    var unused = connections.cutLargest("the server's buffers are exhausted");
    return now - noMemorySince < PATIENCE.toNanos() ? null : "direct memory is exhausted";
  }

  private boolean hasBuffer() {
    try {
      allocator.directBuffer(PROBE_BYTES).release();
      return true;
    } catch (OutOfMemoryError e) { // thrown by Java code, not by the VM
      shortagesSeen = connections.shortages(); // counted this one
      return false;
    }
  }

  private @Nullable String lookAtLoops() {
    long now = nanoTime.getAsLong();
    for (Loop loop : loops) {
      if (loop.answered) {
        loop.answered = false;
        loop.askedAt = now;
        try {
          loop.executor.execute(() -> loop.answered = true);
        } catch (RejectedExecutionException e) {
          loop.answered = true; // the server is stopping
        }
      } else if (now - loop.askedAt >= PATIENCE.toNanos()) {
        return "an event loop is stuck";
      }
    }
    return null;
  }

  /** Stops checking; idempotent. */
  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.shutdownNow();
    }
  }
}
