package io.databroker.host.copy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Limits;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Two empty in-memory stores, without housekeeping in the time of a test. */
final class Stores implements AutoCloseable {
  private final List<Databroker> brokers = new ArrayList<>();

  Stores() {
    this(BackendContext.standard());
  }

  Stores(BackendContext context) {
    for (int i = 0; i < 2; i++) {
      brokers.add(
          Databroker.builder()
              .context(context)
              .backend(BackendConfig.of("inmemory"))
              .housekeepEvery(Duration.ofDays(1))
              .open());
    }
  }

  Backend backend(int index) {
    return brokers.get(index).backend();
  }

  CopyEnd end(int index) {
    return new BackendCopy(backend(index), Limits.FLOOR);
  }

  @Override
  public void close() {
    brokers.forEach(Databroker::close);
  }
}
