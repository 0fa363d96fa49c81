package io.databroker.server.rpc;

import com.google.protobuf.util.Durations;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import io.databroker.server.net.Network;
import io.databroker.server.proto.registry.ListRequest;
import io.databroker.server.proto.registry.RegisterRequest;
import io.databroker.server.proto.registry.RegisterResponse;
import io.databroker.server.proto.registry.RegistryGrpc;
import io.databroker.server.proto.registry.Service;
import io.databroker.server.proto.registry.ServiceKind;
import io.databroker.server.proto.registry.ServiceList;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** Registry to which Pomerium's components report their services. */
final class RegistryService extends RegistryGrpc.RegistryImplBase {
  /** Longest URI of a service. */
  private static final int LONGEST_ENDPOINT = 2_048;

  private final Registrations registrations;
  private final Streams streams;

  RegistryService(Registrations registrations, Streams streams) {
    this.registrations = registrations;
    this.streams = streams;
  }

  @Override
  public void report(RegisterRequest request, StreamObserver<RegisterResponse> observer) {
    Network client = AdmittedCall.client();
    Answer.send(
        observer,
        () -> {
          check(request.getServicesList());
          registrations.report(
              client, request.getServicesList().stream().map(RegistryService::plain).toList());
          return RegisterResponse.newBuilder()
              .setCallBackAfter(Durations.fromMillis(Registrations.TTL.toMillis() / 2))
              .build();
        });
  }

  @Override
  public void list(ListRequest request, StreamObserver<ServiceList> observer) {
    Answer.send(
        observer, () -> registrations.list(ServiceKinds.of(request.getKindsValueList())).list());
  }

  @Override
  public void watch(ListRequest request, StreamObserver<ServiceList> observer) {
    streams.serveWatch(observer, () -> new RegistrySource(registrations, request));
  }

  /** Returns the service without unknown fields: they have no limit, and would be kept and sent. */
  private static Service plain(Service service) {
    return Service.newBuilder()
        .setKindValue(service.getKindValue())
        .setEndpoint(service.getEndpoint())
        .build();
  }

  private static void check(List<Service> services) {
    if (services.isEmpty()) {
      throw new InvalidArgumentException("services", "empty", "name at least one");
    }
    for (int i = 0; i < services.size(); i++) {
      Service service = services.get(i);
      String argument = "services[" + i + "]";
      if (service.getKind() == ServiceKind.UNDEFINED_DO_NOT_USE) {
        throw new InvalidArgumentException(argument + ".kind", "0", "give the kind of service");
      }
      String endpoint = service.getEndpoint();
      if (endpoint.length() > LONGEST_ENDPOINT) {
        throw new LimitExceededException(
            argument + ".endpoint", endpoint.length(), LONGEST_ENDPOINT, "characters");
      }
      if (!isUri(endpoint)) {
        throw new InvalidArgumentException(
            argument + ".endpoint", endpoint, "give a URI, such as http://host:9090/metrics");
      }
    }
  }

  private static boolean isUri(String text) {
    try {
      return new URI(text).isAbsolute();
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
