package io.databroker.server.cli;

import io.databroker.api.BackendState;
import io.databroker.host.Databroker;
import io.databroker.server.log.Logging;
import io.databroker.server.metrics.MetricsEndpoint;
import io.databroker.server.metrics.ServerMetrics;
import io.databroker.server.rpc.BrokerServer;
import io.databroker.server.rpc.ServerSettings;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Option of {@code serve} for metrics and health over HTTP. Without it nothing is measured. */
final class ServeMetrics implements AutoCloseable {
  @Option(
      names = "--metrics",
      paramLabel = "HOST:PORT",
      description =
          "Serve /metrics for Prometheus, /healthz and /readyz over HTTP, to anyone who reaches the"
              + " address; port 0 takes a free one. No metrics and no HTTP if not given.")
  private @Nullable Address address;

  private @Nullable ServerMetrics metrics;
  private @Nullable MetricsEndpoint endpoint;

  /** Checks the address without a try to listen there. */
  void check() throws FailedException {
    if (address != null) {
      try {
        var unused = address.resolve();
      } catch (IOException e) {
        throw new FailedException("--metrics: unknown host " + address.host());
      }
    }
  }

  /** Returns the address to listen on; null if none was given. */
  @Nullable Address address() {
    return address;
  }

  /** Measures the calls of the backend. */
  void measure(Databroker.Builder configuration) {
    if (address != null) {
      ServerMetrics created = new ServerMetrics();
      metrics = created;
      configuration.decorate((name, backend) -> created.over(backend, name));
    }
  }

  /** Measures the calls of the server, including rejected ones. */
  ServerSettings measure(ServerSettings settings) {
    return metrics == null ? settings : settings.withObserver(metrics.calls());
  }

  /**
   * Begins to serve metrics of a server whose store is not open yet, if an address was given.
   *
   * @throws FailedException if the address cannot be used
   */
  void start(Logging log) throws FailedException {
    if (address != null && metrics != null) {
      try {
        endpoint = MetricsEndpoint.start(address.resolve(), metrics);
        log.event("metrics at http://" + address.withPort(endpoint.port()) + "/metrics");
      } catch (IOException e) {
        throw FailedException.notServed("metrics", address, "--metrics", e);
      }
    }
  }

  /**
   * Shows the resources that clients hold, and whether the server serves calls.
   *
   * @param state returns the state of the backend
   */
  void opened(Supplier<BackendState> state, BrokerServer server) {
    if (metrics != null) {
      metrics.show("connections.open", "Connections that are open", server::openConnections);
      metrics.show("calls.open", "Calls that are open, streams included", server::openCalls);
      metrics.show("watchers.open", "Sync streams that are open", () -> server.watchers().size());
      metrics.show(
          "leases.held",
          "Leases held that were acquired through this server",
          () -> server.leases().size());
    }
    if (endpoint != null) {
      endpoint.opened(state, server::trouble);
    }
  }

  @Override
  public void close() {
    if (endpoint != null) {
      endpoint.close();
    }
    if (metrics != null) {
      metrics.close();
    }
  }
}
