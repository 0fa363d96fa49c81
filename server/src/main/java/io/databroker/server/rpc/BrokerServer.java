package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.Limits;
import io.databroker.host.OpenedBackend;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Serves one backend over gRPC, with health and reflection. It does not close the backend.
 *
 * <p><b>Thread-safety:</b> safe; started once.
 */
public final class BrokerServer implements AutoCloseable {
  /** What gRPC and protobuf add to a record beside its type, id and payload, and some to spare. */
  private static final int RECORD_OVERHEAD = 128;

  private static final int LARGEST_MESSAGE = 256 << 20;

  /** A Put is in the heap about four times before its answer is sent; that is half of the heap. */
  private static final int SHARE_OF_HEAP = 8;

  private static final long PROBE_MILLIS = 1_000;
  private static final long GRACE_MILLIS = 2_500;
  private static final long LAST_GRACE_MILLIS = 500;

  private final Threads threads = Threads.start();
  private final Registrations registrations = new Registrations(System::nanoTime);
  private final HealthProbe health;
  private final Streams streams;
  private final Searches searches;
  private final Server server;

  /**
   * A server that is not started yet.
   *
   * @param listen where to listen; port 0 takes a free one
   * @param queries what it knows of payloads, and how it answers queries
   */
  @Inject
  public BrokerServer(OpenedBackend opened, InetSocketAddress listen, QuerySettings queries) {
    this(opened.backend(), opened.limits(), listen, queries);
  }

  BrokerServer(Backend backend, Limits limits, InetSocketAddress listen, QuerySettings queries) {
    this(backend, listen, queries, largestRequest(limits, Runtime.getRuntime().maxMemory()));
  }

  private BrokerServer(
      Backend backend, InetSocketAddress listen, QuerySettings queries, int largestRequest) {
    this(
        backend,
        queries,
        Math.max(largestRequest, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP),
        NettyServerBuilder.forAddress(listen, InsecureServerCredentials.create())
            .maxInboundMessageSize(largestRequest)
            // A peer that is gone is noticed; one that checks on us more often is let be.
            .keepAliveTime(1, TimeUnit.MINUTES)
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true));
  }

  /**
   * @param room for how many bytes of requests at once
   */
  BrokerServer(Backend backend, QuerySettings queries, long room, ServerBuilder<?> builder) {
    Intake intake = new Intake(room);
    this.health = new HealthProbe(backend);
    this.streams = new Streams(threads.streams(), threads.calls());
    this.searches =
        new Searches(backend, queries, new VersionWait(backend, threads.probe(), threads.calls()));
    this.server =
        builder
            .executor(threads.calls())
            .addService(
                intake.before(
                    ServerInterceptors.intercept(
                        new DataBrokerService(backend, streams, searches), new HeadersAtOnce())))
            .addService(intake.before(new ConditionalPuts(backend).bindService()))
            .addService(intake.before(new CheckpointService(backend).bindService()))
            .addService(
                intake.before(
                    ServerInterceptors.intercept(
                        new RegistryService(registrations, streams), new HeadersAtOnce())))
            .addService(intake.before(health.service().bindService()))
            .addService(ProtoReflectionServiceV1.newInstance())
            .build();
  }

  /**
   * Begins to answer.
   *
   * @throws IOException if the address cannot be had
   */
  public void start() throws IOException {
    health.probe();
    server.start();
    everySecond(health::probe);
    everySecond(registrations::sweep);
  }

  private void everySecond(Runnable task) {
    var unused =
        threads
            .probe()
            .scheduleWithFixedDelay(task, PROBE_MILLIS, PROBE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** The port that it listens on, once started. */
  public int port() {
    return server.getPort();
  }

  int openStreams() {
    return streams.count();
  }

  /** Waits until it is closed. */
  public void await() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * Tells that it is not serving, takes no more calls, ends the streams, lets the calls under way
   * end, and gives up on them after three seconds. Idempotent.
   */
  @Override
  public void close() {
    health.stop();
    server.shutdown();
    streams.stop();
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
  }

  /**
   * Room for the largest batch that the backend takes, if the heap has it; always for the largest
   * that every backend takes.
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
