package io.databroker.inmemory;

import io.databroker.api.BackendProvider;
import io.databroker.tck.DatabrokerTck;

class InMemoryTckTest extends DatabrokerTck {
  @Override
  public BackendProvider provider() {
    return new InMemoryProvider();
  }
}
