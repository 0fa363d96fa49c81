package io.databroker.host.cache;

import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.Iterator;
import java.util.Map;

/** A snapshot that runs an action when it is closed. */
final class HookedSnapshot implements Snapshot {
  private final Snapshot snapshot;
  private final Runnable onClose;

  HookedSnapshot(Snapshot snapshot, Runnable onClose) {
    this.snapshot = snapshot;
    this.onClose = onClose;
  }

  @Override
  public Position position() {
    return snapshot.position();
  }

  @Override
  public Map<String, TypeOptions> options() {
    return snapshot.options();
  }

  @Override
  public Iterator<StoredRecord> records() {
    return snapshot.records();
  }

  @Override
  public void close() {
    onClose.run();
    snapshot.close();
  }
}
