package io.databroker.tck;

import io.databroker.api.BackendProvider;
import io.databroker.tck.reference.ReferenceProvider;

class ReferenceTckTest extends DatabrokerTck {
  @Override
  public BackendProvider provider() {
    return new ReferenceProvider();
  }
}
