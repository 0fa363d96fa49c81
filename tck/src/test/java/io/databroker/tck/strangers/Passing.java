package io.databroker.tck.strangers;

import io.databroker.api.Backend;
import io.databroker.api.support.ForwardingBackend;

/** Passes every call on; a stranger overrides the call that it spoils. */
class Passing extends ForwardingBackend {
  protected final Backend inner;

  Passing(Backend inner) {
    super(inner);
    this.inner = inner;
  }
}
