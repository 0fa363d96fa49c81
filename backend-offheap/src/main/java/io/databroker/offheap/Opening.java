package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;

/** Opens a store, in memory or in a directory. */
final class Opening {
  private Opening() {}

  static Backend open(OffheapSettings settings, BackendContext context) {
    return inMemory(settings, context);
  }

  private static Backend inMemory(OffheapSettings settings, BackendContext context) {
    Store store =
        new Store(
            context,
            settings,
            new Spaces.InMemory(),
            NoProgress.INSTANCE,
            Store.newServerVersion(0));
    return new OffheapBackend(store, new Compactor(), () -> {});
  }

  private enum NoProgress implements Publisher.Progress {
    INSTANCE;

    @Override
    public void acknowledged(long order, long end) {}

    @Override
    public void forced(long order, long end) {}
  }
}
