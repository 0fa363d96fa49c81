package io.databroker.host;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.name.Names;
import io.databroker.api.Backend;
import java.util.Objects;

/**
 * Guice module that binds a running host: {@link Databroker}, and for its unnamed backend {@link
 * Backend}, {@link LeaseKeeper} and {@link OpenedBackend}. A named backend has the same bindings
 * with {@code @Named}. The caller that opened the host closes it; the injector does not.
 */
public final class DatabrokerModule extends AbstractModule {
  private final Databroker broker;

  private DatabrokerModule(Databroker broker) {
    this.broker = broker;
  }

  /** Returns a module that binds that host and its backends. */
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
