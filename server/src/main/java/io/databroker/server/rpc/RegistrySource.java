package io.databroker.server.rpc;

import io.databroker.server.proto.registry.ListRequest;
import io.databroker.server.proto.registry.ServiceList;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a watch of the registry: the current services, and all services again after each
 * change.
 */
final class RegistrySource implements MessageSource<ServiceList> {
  private final Registrations registrations;
  private final ServiceKinds kinds;

  /** Number of changes that the watcher has seen; less than every real one at first. */
  private long seen = -1;

  RegistrySource(Registrations registrations, ListRequest request) {
    this.registrations = registrations;
    this.kinds = ServiceKinds.of(request.getKindsValueList());
  }

  @Override
  public @Nullable ServiceList poll() {
    long told = registrations.told();
    if (told <= seen) {
      return null;
    }
    if (seen >= 0 && !registrations.haveChanged(kinds, seen)) {
      seen = told;
      return null;
    }
    Registrations.Listed listed = registrations.list(kinds);
    seen = listed.changes();
    return listed.list();
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
