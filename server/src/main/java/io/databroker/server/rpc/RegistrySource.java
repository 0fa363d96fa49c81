package io.databroker.server.rpc;

import io.databroker.server.proto.registry.ListRequest;
import io.databroker.server.proto.registry.Service;
import io.databroker.server.proto.registry.ServiceList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a watch of the registry: the current services, and all services again after each
 * change.
 */
final class RegistrySource implements MessageSource<ServiceList> {
  private final Registrations registrations;
  private final ListRequest request;

  /** Count that differs from every real one. */
  private long seen = -1;

  private @Nullable ServiceList told;

  RegistrySource(Registrations registrations, ListRequest request) {
    this.registrations = registrations;
    this.request = request;
  }

  /** Returns the services that the request asks for. */
  static ServiceList list(Registrations registrations, ListRequest request) {
    List<Integer> kinds = request.getKindsValueList();
    ServiceList.Builder list = ServiceList.newBuilder();
    for (Service service : registrations.list()) {
      if (kinds.isEmpty() || kinds.contains(service.getKindValue())) {
        list.addServices(service);
      }
    }
    return list.build();
  }

  @Override
  public @Nullable ServiceList poll() {
    while (true) {
      long changes = registrations.told();
      if (changes == seen) {
        return null;
      }
      seen = changes;
      ServiceList now = list(registrations, request);
      if (!now.equals(told)) {
        told = now;
        return now;
      }
    }
  }

  @Override
  public boolean ended() {
    return false;
  }

  @Override
  public void onReady(Runnable signal) {
    registrations.onChange(this, seen, signal);
  }

  @Override
  public void close() {
    registrations.forget(this);
  }
}
