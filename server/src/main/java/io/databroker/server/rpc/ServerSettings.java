package io.databroker.server.rpc;

import io.databroker.server.net.NetworkLimits;
import io.databroker.server.net.Transport;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a server: its limits, and the check of callers.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param network limits on connections, calls and bytes in transit
 * @param service limits on leases, options and streams of clients
 * @param credentials certificate and key of the server, or none for plain text
 * @param callers rejects unauthorised calls; null permits every call
 * @param observers see every call before that, rejected calls included, in this order
 * @param reflection whether to serve gRPC reflection
 */
public record ServerSettings(
    NetworkLimits network,
    ServiceLimits service,
    ServerCredentials credentials,
    @Nullable ServerInterceptor callers,
    List<ServerInterceptor> observers,
    boolean reflection) {
  /** Checks that nothing else is null, and copies the list. */
  public ServerSettings {
    Objects.requireNonNull(network, "network");
    Objects.requireNonNull(service, "service");
    Objects.requireNonNull(credentials, "credentials");
    observers = List.copyOf(observers);
  }

  /** Creates the standard settings: the standard limits, plain text, and no check of callers. */
  public ServerSettings() {
    this(
        NetworkLimits.standard(Transport.directMemory(), Runtime.getRuntime().maxMemory()),
        ServiceLimits.STANDARD,
        InsecureServerCredentials.create(),
        null,
        List.of(),
        false);
  }

  /** Returns a copy with other limits on connections and calls. */
  public ServerSettings withNetwork(NetworkLimits other) {
    return new ServerSettings(other, service, credentials, callers, observers, reflection);
  }

  /** Returns a copy with other limits on leases, options and streams. */
  public ServerSettings withService(ServiceLimits other) {
    return new ServerSettings(network, other, credentials, callers, observers, reflection);
  }

  /** Returns a copy with other credentials. */
  public ServerSettings withCredentials(ServerCredentials other) {
    return new ServerSettings(network, service, other, callers, observers, reflection);
  }

  /** Returns a copy with another check of callers. */
  public ServerSettings withCallers(@Nullable ServerInterceptor other) {
    return new ServerSettings(network, service, credentials, other, observers, reflection);
  }

  /** Returns a copy with another observer, in front of the others. */
  public ServerSettings withObserver(ServerInterceptor first) {
    List<ServerInterceptor> more = new ArrayList<>(List.of(first));
    more.addAll(observers);
    return new ServerSettings(network, service, credentials, callers, more, reflection);
  }

  /** Returns a copy with or without reflection. */
  public ServerSettings withReflection(boolean wanted) {
    return new ServerSettings(network, service, credentials, callers, observers, wanted);
  }
}
