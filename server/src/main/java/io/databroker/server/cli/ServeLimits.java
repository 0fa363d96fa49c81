package io.databroker.server.cli;

import io.databroker.server.net.NetworkLimits;
import io.databroker.server.rpc.ServerSettings;
import io.databroker.server.rpc.ServiceLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code serve} that limit the resources of clients. */
final class ServeLimits {
  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "Most open connections; 4000 if not given.")
  private @Nullable Integer connections;

  @Option(
      names = "--max-connections-per-address",
      paramLabel = "N",
      description = "Most open connections from one client address; 1000 if not given.")
  private @Nullable Integer connectionsPerAddress;

  @Option(
      names = "--max-calls-per-connection",
      paramLabel = "N",
      description = "Most open calls on one connection, watchers included; 1000 if not given.")
  private @Nullable Integer callsPerConnection;

  @Option(
      names = "--handshake-timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Time for a new connection to complete TLS and HTTP/2; 10s if not given.")
  private @Nullable Duration handshake;

  @Option(
      names = "--connection-idle",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Close a connection without calls after this time; 10m if not given.")
  private @Nullable Duration idle;

  @Option(
      names = "--connection-age",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = {
        "Ask a client to reconnect after this time; 24h if not given.",
        "Its open calls may continue for five minutes."
      })
  private @Nullable Duration age;

  @Option(
      names = "--request-timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Time for a request to arrive completely; 30s if not given.")
  private @Nullable Duration request;

  @Option(
      names = "--reader-timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Disconnect a client that reads nothing for this time; 30s if not given.")
  private @Nullable Duration stall;

  @Option(
      names = "--max-watchers",
      paramLabel = "N",
      description = "Most open Sync streams; 20000 if not given.")
  private @Nullable Integer watchers;

  @Option(
      names = "--max-leases",
      paramLabel = "N",
      description = "Most leases held at once; 10000 if not given.")
  private @Nullable Integer leases;

  /** Returns the settings with these limits. */
  ServerSettings apply(ServerSettings settings) {
    NetworkLimits network = settings.network();
    ServiceLimits service = settings.service();
    return settings
        .withNetwork(
            network.toBuilder()
                .connections(or(connections, network.connections()))
                .connectionsPerAddress(or(connectionsPerAddress, network.connectionsPerAddress()))
                .callsPerConnection(or(callsPerConnection, network.callsPerConnection()))
                .handshake(or(handshake, network.handshake()))
                .idle(or(idle, network.idle()))
                .age(or(age, network.age()))
                .request(or(request, network.request()))
                .stall(or(stall, network.stall()))
                .build())
        .withService(
            new ServiceLimits(
                or(leases, service.leases()),
                service.longestLease(),
                service.typesWithOptions(),
                service.indexedFields(),
                or(watchers, service.watchers()),
                service.snapshots(),
                service.queryBytes()));
  }

  private static <T> T or(@Nullable T given, T standard) {
    return given == null ? standard : given;
  }
}
