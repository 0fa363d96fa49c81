package io.databroker.benchmarks;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.CheckedBackend;
import io.databroker.api.Settings;
import java.util.ServiceLoader;

/** Opens the sides of a comparison by name. */
final class Stores {
  static final String IN_MEMORY = "inmemory";
  static final String MAPS = "maps";
  static final String CAFFEINE = "caffeine";
  static final String TREES = "trees";

  private Stores() {}

  static Store open(String name) {
    return switch (name) {
      case MAPS -> new MapsStore();
      case CAFFEINE -> new CaffeineStore();
      case TREES -> new TreesStore();
      default -> new BrokerStore(broker(name, BackendContext.standard()));
    };
  }

  /** That one of our backends, behind the checks, as a host opens it. */
  static Backend broker(String name, BackendContext context) {
    BackendProvider provider =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(it -> it.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no store named " + name));
    Settings settings = Settings.defaults();
    return CheckedBackend.over(provider.open(settings, context), provider.limits(settings));
  }
}
