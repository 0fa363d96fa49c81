package io.databroker.host.cache;

import io.databroker.api.Snapshot;
import io.databroker.api.support.ForwardingSnapshot;

/** A snapshot that runs an action when it is closed. */
final class HookedSnapshot extends ForwardingSnapshot {
  private final Runnable onClose;

  HookedSnapshot(Snapshot snapshot, Runnable onClose) {
    super(snapshot);
    this.onClose = onClose;
  }

  @Override
  public void close() {
    onClose.run();
    super.close();
  }
}
