package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.host.OpenedBackend;
import io.databroker.server.auth.Caller;
import io.databroker.server.net.Connections;
import io.databroker.server.net.Transport;
import io.databroker.server.net.Watchdog;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server of one backend over gRPC, with health and, if asked for, reflection. It does not close the
 * backend.
 *
 * <p><b>Thread-safety:</b> safe; started once.
 */
public final class BrokerServer implements AutoCloseable {
  /** Bytes that gRPC and protobuf add to the type, id and payload of a record, and a reserve. */
  private static final int RECORD_OVERHEAD = 128;

  private static final int LARGEST_MESSAGE = 256 << 20;

  /** Share of the heap for requests; a Put takes four times its size until it is answered. */
  private static final int SHARE_OF_HEAP = 8;

  private static final long PROBE_MILLIS = 1_000;
  private static final long SWEEP_MILLIS = 250;
  private static final long GRACE_MILLIS = 2_500;
  private static final long LAST_GRACE_MILLIS = 500;

  private static final Logger log = LoggerFactory.getLogger(BrokerServer.class);

  private final Registrations registrations = new Registrations(System::nanoTime);
  private final Threads threads;
  private final HealthProbe health;
  private final Streams streams;
  private final EndableStreams others = new EndableStreams();
  private final Searches searches;
  private final DataBrokerService records;
  private final Connections connections;
  private final @Nullable Transport transport;
  private final @Nullable Watchdog watchdog;
  private final Server server;

  /**
   * Creates a server; {@link #start} starts it.
   *
   * @param listen the address to listen on; port 0 takes a free one
   * @param queries the known message types, and the limits of queries
   * @param settings its limits, and the check of callers
   */
  public BrokerServer(
      OpenedBackend opened,
      InetSocketAddress listen,
      QuerySettings queries,
      ServerSettings settings) {
    this(opened.backend(), opened.limits(), opened.capabilities(), listen, queries, settings);
  }

  BrokerServer(
      Backend backend,
      Limits limits,
      Set<Capability> capabilities,
      InetSocketAddress listen,
      QuerySettings queries,
      ServerSettings settings) {
    this(
        backend,
        limits,
        capabilities,
        queries,
        settings,
        listen,
        new Transport(settings.network()),
        largestRequest(limits, Runtime.getRuntime().maxMemory()));
  }

  private BrokerServer(
      Backend backend,
      Limits limits,
      Set<Capability> capabilities,
      QuerySettings queries,
      ServerSettings settings,
      InetSocketAddress listen,
      Transport transport,
      int largestRequest) {
    this(
        backend,
        limits,
        capabilities,
        queries,
        settings,
        Math.max(largestRequest, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP),
        transport.builder(listen, settings.credentials(), largestRequest),
        transport.connections(),
        transport);
  }

  /**
   * Creates a server over another transport.
   *
   * @param room bytes of requests that may be in the heap at the same time
   * @param connections the transport filter that the builder has
   * @param transport closed with the server; null if the builder has its own
   */
  BrokerServer(
      Backend backend,
      Limits limits,
      Set<Capability> capabilities,
      QuerySettings queries,
      ServerSettings settings,
      long room,
      ServerBuilder<?> builder,
      Connections connections,
      @Nullable Transport transport) {
    this.threads = Threads.start();
    this.connections = connections;
    this.transport = transport;
    this.watchdog = transport == null ? null : transport.watchdog();
    CallPlaces places = new CallPlaces(threads, capabilities);
    Intake intake = new Intake(room, limits.batchRecords(), places);
    this.health = new HealthProbe(backend, System::nanoTime);
    this.streams =
        new Streams(
            threads.streams(),
            threads.searches(),
            settings.service(),
            new BatchRoom(settings.network().room().waiting()));
    this.searches =
        new Searches(
            backend,
            limits,
            queries,
            settings.service(),
            new VersionWait(backend, threads.timer(), threads.searches().executor()));
    this.records = new DataBrokerService(backend, streams, searches, settings.service());
    builder
        .directExecutor()
        .callExecutor(places)
        .addService(intake.before(ServerInterceptors.intercept(records, new HeadersAtOnce())))
        .addService(intake.before(new ConditionalPuts(backend).bindService()))
        .addService(intake.before(new Restores(backend).bindService()))
        .addService(intake.before(new CheckpointService(backend).bindService()))
        .addService(
            intake.before(
                ServerInterceptors.intercept(
                    new RegistryService(registrations, streams), new HeadersAtOnce())))
        .addService(intake.before(ServerInterceptors.intercept(health.service(), others)));
    if (settings.reflection()) {
      for (ServerServiceDefinition service : ReflectionCalls.services()) {
        builder.addService(ServerInterceptors.intercept(service, others));
      }
    }
    builder.intercept(new Caller.Naming());
    if (settings.callers() != null) {
      builder.intercept(settings.callers());
    }
    // The interceptor that is added last sees a call first.
    for (int i = settings.observers().size() - 1; i >= 0; i--) {
      builder.intercept(settings.observers().get(i));
    }
    this.server = builder.build();
  }

  /**
   * Starts to serve.
   *
   * @throws IOException if the address cannot be used
   */
  public void start() throws IOException {
    health.probe();
    server.start();
    every(PROBE_MILLIS, health::probe, threads.probe());
    every(PROBE_MILLIS, registrations::sweep, threads.timer());
    every(PROBE_MILLIS, health::checkLate, threads.timer());
    every(SWEEP_MILLIS, connections::sweep, threads.timer());
  }

  private static void every(long millis, Runnable task, ScheduledExecutorService thread) {
    Runnable guarded =
        () -> {
          try {
            task.run();
          } catch (RuntimeException | Error e) { // it would end the repetitions for good
            log.error("a regular check failed; it is repeated", e);
          }
        };
    var unused = thread.scheduleWithFixedDelay(guarded, millis, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Watches whether the process can serve, and calls {@code end} with the reason once it cannot.
   */
  public void watch(Consumer<String> end) {
    if (watchdog != null) {
      watchdog.start(end);
    }
  }

  /** Returns the port that it listens on, once started. */
  public int port() {
    return server.getPort();
  }

  /**
   * Returns the reason why no call is served although the backend may report that it serves; null
   * if calls are served. Never waits.
   */
  public @Nullable String trouble() {
    return health.trouble();
  }

  /** Returns the held leases that were acquired through this server, in any order. */
  public List<HeldLease> leases() {
    return records.leases();
  }

  /** Returns the open Sync streams, in any order. */
  public List<Watcher> watchers() {
    return streams.watchers();
  }

  int openStreams() {
    return streams.count();
  }

  /** Returns the number of open calls, streams included. */
  public int openCalls() {
    return connections.calls();
  }

  /** Returns the number of open connections. */
  public int openConnections() {
    return connections.count();
  }

  /** Waits until the server is closed. */
  public void await() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * Closes the server: health reports NOT_SERVING, new calls are rejected, streams end, and running
   * calls get three seconds to end. Idempotent.
   */
  @Override
  public void close() {
    if (watchdog != null) {
      watchdog.close();
    }
    health.stop();
    server.shutdown();
    streams.stop();
    others.stop();
    connections.stop();
    searches.stop();
    try {
      if (!server.awaitTermination(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(LAST_GRACE_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    threads.stop();
    if (transport != null) {
      transport.close();
    }
  }

  /**
   * Returns the size of the largest batch that the backend accepts, or less if the heap is small;
   * never less than every backend must accept.
   */
  static int largestRequest(Limits limits, long heap) {
    long most = Math.min(LARGEST_MESSAGE, heap / SHARE_OF_HEAP);
    return (int) Math.min(request(limits), Math.max(most, request(Limits.FLOOR)));
  }

  private static long request(Limits limits) {
    long perRecord = (long) limits.typeBytes() + limits.idBytes() + RECORD_OVERHEAD;
    return limits.batchBytes() + limits.batchRecords() * perRecord;
  }
}
