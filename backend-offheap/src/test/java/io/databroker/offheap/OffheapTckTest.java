package io.databroker.offheap;

import io.databroker.api.BackendProvider;
import io.databroker.tck.DatabrokerTck;

class OffheapTckTest extends DatabrokerTck {
  @Override
  public BackendProvider provider() {
    return new OffheapProvider();
  }
}
