package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Health of the server. The whole server and each service are healthy while the backend takes reads
 * and writes; {@link #READS} is healthy while it takes reads.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class HealthProbe {
  /** Service name whose health shows whether records can be read. */
  static final String READS = "databroker.reads";

  private static final List<String> ALL =
      List.of(
          HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
          DataBrokerServiceGrpc.SERVICE_NAME,
          CheckpointServiceGrpc.SERVICE_NAME);

  /** Longest time for an answer of the backend; after it, the backend counts as not serving. */
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final String LATE = "it has not answered for 10 seconds";

  private static final Logger log = LoggerFactory.getLogger(HealthProbe.class);

  private final Backend backend;
  private final LongSupplier nanoTime;
  private final HealthStatusManager health = new HealthStatusManager();

  /** Start of the running probe; 0 if none runs. */
  private volatile long begun;

  /** Failure of the last probe; null if the backend has answered it. */
  private volatile @Nullable String silence;

  private volatile boolean stopped;

  /** The health that watchers were last notified of; guarded by this. */
  private String told = "";

  HealthProbe(Backend backend, LongSupplier nanoTime) {
    this.backend = backend;
    this.nanoTime = nanoTime;
  }

  BindableService service() {
    return health.getHealthService();
  }

  /** Asks the backend, which may take long, and notifies the watchers of its health. */
  void probe() {
    begun = nanoTime.getAsLong() | 1;
    try {
      backend.versions();
      BackendState state = backend.state();
      silence = null;
      boolean reads = state.mode() != BackendState.Mode.UNAVAILABLE;
      tell(
          reads, state.takesWrites(), state.equals(BackendState.SERVING) ? null : state.toString());
    } catch (RuntimeException | Error e) { // otherwise the backend would never be asked again
      String problem = "it does not answer: " + e.getMessage();
      silence = problem;
      tell(false, false, problem);
    } finally {
      begun = 0;
    }
  }

  /** Sets the health to not serving if a probe takes too long. */
  void checkLate() {
    if (isLate()) {
      tell(false, false, LATE);
    }
  }

  private boolean isLate() {
    long since = begun;
    return since != 0 && nanoTime.getAsLong() - since > LATE_NANOS;
  }

  /**
   * Returns the reason why no call is served although the backend may report that it serves: the
   * server stops, or the backend does not answer. Null if there is none. Never waits.
   */
  @Nullable String trouble() {
    if (stopped) {
      return "the server is stopping";
    }
    String problem = isLate() ? LATE : silence;
    return problem == null ? null : "the backend is not well: " + problem;
  }

  private synchronized void tell(boolean reads, boolean writes, @Nullable String problem) {
    String state = reads + " " + writes + " " + problem;
    if (stopped || state.equals(told)) {
      return;
    }
    if (problem != null) {
      log.warn("the backend is not well: {}", problem);
    } else if (!told.isEmpty()) {
      log.info("the backend serves again");
    }
    told = state;
    ALL.forEach(service -> health.setStatus(service, status(reads && writes)));
    health.setStatus(READS, status(reads));
  }

  private static ServingStatus status(boolean serving) {
    return serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  /** Sets the health to not serving for good. */
  synchronized void stop() {
    if (!stopped) {
      stopped = true;
      health.enterTerminalState();
    }
  }
}
