package io.databroker.server.rpc;

import io.databroker.server.net.Lane;
import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.ext.ConditionalServiceGrpc;
import io.databroker.server.proto.ext.RestoreServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Threads of the server: a fixed number, however many clients there are. Calls that take long or
 * wait for a disk have threads of their own, so that they delay no short call.
 *
 * @param calls run short calls
 * @param writes run writing calls, which may wait for the disk
 * @param slowWrites run writing calls that also wait for each other: patches of one record take
 *     turns, and new options may build an index
 * @param searches run queries and the turns of snapshots, which may read every record
 * @param streams run the turns of change streams, and of watches of the registry
 * @param probe checks the backend's health
 * @param timer runs quick tasks: sweeps and time limits
 */
record Threads(
    Lane calls,
    Lane writes,
    Lane slowWrites,
    Lane searches,
    Lane streams,
    ScheduledExecutorService probe,
    ScheduledExecutorService timer) {
  private static final Set<String> WRITES =
      names(
          DataBrokerServiceGrpc.getPutMethod(),
          DataBrokerServiceGrpc.getAcquireLeaseMethod(),
          DataBrokerServiceGrpc.getRenewLeaseMethod(),
          DataBrokerServiceGrpc.getReleaseLeaseMethod(),
          CheckpointServiceGrpc.getSetCheckpointMethod(),
          ConditionalServiceGrpc.getPutMethod(),
          RestoreServiceGrpc.getRestoreMethod());

  private static final Set<String> SLOW_WRITES =
      names(
          DataBrokerServiceGrpc.getPatchMethod(),
          DataBrokerServiceGrpc.getClearMethod(),
          DataBrokerServiceGrpc.getSetOptionsMethod());

  private static final Set<String> SEARCHES =
      names(DataBrokerServiceGrpc.getQueryMethod(), DataBrokerServiceGrpc.getSyncLatestMethod());

  private static Set<String> names(MethodDescriptor<?, ?>... methods) {
    return Stream.of(methods)
        .map(MethodDescriptor::getFullMethodName)
        .collect(Collectors.toUnmodifiableSet());
  }

  static Threads start() {
    int processors = Runtime.getRuntime().availableProcessors();
    int writes = Math.max(16, 4 * processors);
    return new Threads(
        lane(Math.max(8, 2 * processors), "databroker-call"),
        lane(writes, "databroker-write"),
        // Half for one connection, because its calls may wait long without progress.
        new Lane(pool(writes, "databroker-slow-write"), writes / 2),
        lane(Math.max(2, processors), "databroker-search"),
        lane(Math.max(2, processors), "databroker-stream"),
        Executors.newSingleThreadScheduledExecutor(named("databroker-probe")),
        Executors.newSingleThreadScheduledExecutor(named("databroker-timer")));
  }

  /** Returns the threads that run a method, by its full name. */
  Lane of(String method) {
    if (WRITES.contains(method)) {
      return writes;
    }
    if (SLOW_WRITES.contains(method)) {
      return slowWrites;
    }
    return SEARCHES.contains(method) ? searches : calls;
  }

  void stop() {
    probe.shutdownNow();
    timer.shutdownNow();
    for (Lane lane : List.of(calls, writes, slowWrites, searches, streams)) {
      ((ExecutorService) lane.executor()).shutdown();
    }
  }

  /** Creates threads; one connection may use all of them while no other needs them. */
  private static Lane lane(int threads, String name) {
    return new Lane(pool(threads, name), threads);
  }

  /** Drops tasks that arrive after the stop: gRPC's last tasks for abandoned calls. */
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
