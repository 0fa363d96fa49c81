package io.databroker.offheap;

import io.databroker.api.BackendProvider;
import io.databroker.tck.DatabrokerTck;
import io.databroker.tck.engine.Nemesis;
import java.util.List;

class OffheapTckTest extends DatabrokerTck {
  private static final FaultyMemory MEMORY = new FaultyMemory();

  @Override
  public BackendProvider provider() {
    return MEMORY;
  }

  @Override
  public List<Nemesis> faults() {
    return MEMORY.faults();
  }
}
