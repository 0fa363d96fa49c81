package io.databroker.server.cli;

import io.databroker.server.net.NetworkLimits;
import io.databroker.server.rpc.ServerSettings;
import io.databroker.server.rpc.ServiceLimits;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Options of {@code serve} that limit the resources of clients. */
final class ServeLimits {
  @Option(
      names = "--max-connections",
      paramLabel = "N",
      defaultValue = "4000",
      description = "Limit on open connections; ${DEFAULT-VALUE} if not given.")
  private int connections;

  @Option(
      names = "--max-connections-per-address",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Limit on open connections from one client address; ${DEFAULT-VALUE} if not given.")
  private int connectionsPerAddress;

  @Option(
      names = "--max-calls-per-connection",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Limit on open calls of a connection, watchers included; ${DEFAULT-VALUE} if not given.")
  private int callsPerConnection;

  @Option(
      names = "--handshake-timeout",
      paramLabel = "DURATION",
      defaultValue = "10s",
      description =
          "Time for a new connection to complete TLS and HTTP/2; ${DEFAULT-VALUE} if not given.")
  private Duration handshake;

  @Option(
      names = "--connection-idle",
      paramLabel = "DURATION",
      defaultValue = "10m",
      description =
          "Close a connection without calls after this time; ${DEFAULT-VALUE} if not given.")
  private Duration idle;

  @Option(
      names = "--connection-age",
      paramLabel = "DURATION",
      defaultValue = "24h",
      description = {
        "Ask a client to reconnect after this time; ${DEFAULT-VALUE} if not given.",
        "Its open calls may continue for five minutes."
      })
  private Duration age;

  @Option(
      names = "--request-timeout",
      paramLabel = "DURATION",
      defaultValue = "30s",
      description = "Time for a request to arrive completely; ${DEFAULT-VALUE} if not given.")
  private Duration request;

  @Option(
      names = "--reader-timeout",
      paramLabel = "DURATION",
      defaultValue = "30s",
      description =
          "Disconnect a client that reads nothing for this time; ${DEFAULT-VALUE} if not given.")
  private Duration stall;

  @Option(
      names = "--max-watchers",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Limit on open Sync streams; ${DEFAULT-VALUE} if not given.")
  private int watchers;

  @Option(
      names = "--max-leases",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Limit on leases held at the same time; ${DEFAULT-VALUE} if not given.")
  private int leases;

  @SuppressWarnings("NullAway.Init") // picocli sets the options
  ServeLimits() {}

  /** Returns the settings with these limits. */
  ServerSettings apply(ServerSettings settings) {
    NetworkLimits network = settings.network();
    ServiceLimits service = settings.service();
    return settings
        .withNetwork(
            new NetworkLimits(
                connections,
                connectionsPerAddress,
                callsPerConnection,
                network.calls(),
                new NetworkLimits.Times(
                    handshake, idle, age, network.times().grace(), request, stall),
                network.room()))
        .withService(
            new ServiceLimits(
                leases,
                service.longestLease(),
                service.typesWithOptions(),
                service.indexedFields(),
                watchers,
                service.snapshots(),
                service.queryBytes()));
  }
}
