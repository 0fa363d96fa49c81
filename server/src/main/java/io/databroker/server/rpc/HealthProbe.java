package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health that the server tells: whether the backend answers.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class HealthProbe {
  private static final Logger log = LoggerFactory.getLogger(HealthProbe.class);

  private final Backend backend;
  private final HealthStatusManager health = new HealthStatusManager();
  private ServingStatus told = ServingStatus.UNKNOWN;
  private boolean stopped;

  HealthProbe(Backend backend) {
    this.backend = backend;
  }

  BindableService service() {
    return health.getHealthService();
  }

  /** Asks the backend, and tells who watches. */
  synchronized void probe() {
    if (stopped) {
      return;
    }
    ServingStatus status;
    try {
      backend.versions();
      status = ServingStatus.SERVING;
    } catch (RuntimeException | Error e) { // or it would never be asked again
      status = ServingStatus.NOT_SERVING;
      if (status != told) {
        log.warn("the backend does not answer: {}", e.getMessage());
      }
    }
    if (status != told) {
      told = status;
      health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
      health.setStatus(DataBrokerServiceGrpc.SERVICE_NAME, status);
      health.setStatus(CheckpointServiceGrpc.SERVICE_NAME, status);
    }
  }

  /** Not serving, from now on. */
  synchronized void stop() {
    if (!stopped) {
      stopped = true;
      health.enterTerminalState();
    }
  }
}
