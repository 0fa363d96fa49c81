package org.stranger;

import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** A copy of what was selected. */
record StrangerSnapshot(
    StrangerBackend backend,
    Position position,
    Map<String, TypeOptions> options,
    List<StoredRecord> copied,
    AtomicBoolean closed)
    implements Snapshot {

  @Override public Iterator<StoredRecord> records() {
    checkOpen();
    return copied.stream().peek(record -> checkOpen()).iterator();
  }

  private void checkOpen() {
    if (closed.get()) throw new ClosedException("the snapshot");
    backend.checkOpen();
  }

  @Override public void close() { closed.set(true); }
}
