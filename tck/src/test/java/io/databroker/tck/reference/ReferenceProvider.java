package io.databroker.tck.reference;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens reference backends: in memory, or with a directory on a store that outlives the backends
 * and is shared by them.
 */
public class ReferenceProvider implements BackendProvider {
  public static final Setting<Path> DIRECTORY =
      Setting.path("directory", "the name of a store that outlives its backends");

  protected final Map<Path, Store> stores = new ConcurrentHashMap<>();

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(DIRECTORY);
  }

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return settings.find(DIRECTORY).isPresent()
        ? Set.of(
            Capability.DURABLE, Capability.SHARED, Capability.TURNABLE_CLOCK, Capability.RESTORE)
        : Set.of(Capability.TURNABLE_CLOCK, Capability.RESTORE);
  }

  @Override
  public Limits limits(Settings settings) {
    return Limits.FLOOR;
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    return backend(
        settings
            .find(DIRECTORY)
            .map(directory -> stores.computeIfAbsent(directory, none -> newStore()))
            .orElseGet(this::newStore),
        context);
  }

  protected Store newStore() {
    return new Store();
  }

  protected Backend backend(Store store, BackendContext context) {
    return new ReferenceBackend(store, context);
  }
}
