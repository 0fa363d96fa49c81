package io.databroker.tck.strangers;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Capability;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Settings;
import io.databroker.tck.reference.ReferenceProvider;
import io.databroker.tck.reference.Store;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * Opens durable backends on stores that stay on the heap; each store is open in one backend at a
 * time.
 */
final class ReopeningProvider extends ReferenceProvider {
  private final Set<Path> open = ConcurrentHashMap.newKeySet();
  private final BiFunction<Store, BackendContext, Backend> backends;

  ReopeningProvider(BiFunction<Store, BackendContext, Backend> backends) {
    this.backends = backends;
  }

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return Set.of(Capability.DURABLE, Capability.TURNABLE_CLOCK, Capability.RESTORE);
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    Path directory = settings.get(DIRECTORY);
    if (!open.add(directory)) {
      throw new OpenFailedException(directory + " is open; close it first", null);
    }
    Store store = stores.computeIfAbsent(directory, none -> newStore());
    return new Passing(backends.apply(store, context)) {
      @Override
      public void close() {
        super.close();
        open.remove(directory);
      }
    };
  }
}
