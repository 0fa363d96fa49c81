package io.databroker.tck.strangers;

import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.Iterator;
import java.util.Map;

/** Passes every call on to a snapshot. */
class PassingSnapshot implements Snapshot {
  protected final Snapshot inner;

  PassingSnapshot(Snapshot inner) {
    this.inner = inner;
  }

  @Override
  public Position position() {
    return inner.position();
  }

  @Override
  public Map<String, TypeOptions> options() {
    return inner.options();
  }

  @Override
  public Iterator<StoredRecord> records() {
    return inner.records();
  }

  @Override
  public void close() {
    inner.close();
  }
}
