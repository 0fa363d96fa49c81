package org.stranger;

import io.databroker.api.BackendProvider;
import io.databroker.tck.DatabrokerTck;

class StrangerTckTest extends DatabrokerTck {
  @Override
  public BackendProvider provider() {
    return new StrangerProvider();
  }
}
