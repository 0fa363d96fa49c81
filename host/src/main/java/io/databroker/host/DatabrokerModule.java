package io.databroker.host;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.name.Names;
import io.databroker.api.Backend;
import java.util.Objects;

/**
 * Has a running host injected: {@link Databroker}; its unnamed backend as {@link Backend}, with its
 * {@link LeaseKeeper} and {@link OpenedBackend}; every other one as the same {@code @Named}. Who
 * opened the host closes it, whatever becomes of the injector.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class DatabrokerModule extends AbstractModule {
  private final Databroker broker;

  private DatabrokerModule(Databroker broker) {
    this.broker = broker;
  }

  /** Binds that host and what is open in it. */
  public static DatabrokerModule of(Databroker broker) {
    return new DatabrokerModule(Objects.requireNonNull(broker, "broker"));
  }

  @Override
  protected void configure() {
    bind(Databroker.class).toInstance(broker);
    for (String name : broker.names()) {
      OpenedBackend opened = broker.opened(name);
      bind(name, OpenedBackend.class, opened);
      bind(name, Backend.class, opened.backend());
      bind(name, LeaseKeeper.class, opened.leases());
    }
  }

  private <T> void bind(String name, Class<T> type, T instance) {
    Key<T> key =
        name.equals(Databroker.Builder.UNNAMED) ? Key.get(type) : Key.get(type, Names.named(name));
    bind(key).toInstance(instance);
  }
}
