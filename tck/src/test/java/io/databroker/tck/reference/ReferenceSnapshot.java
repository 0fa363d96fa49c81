package io.databroker.tck.reference;

import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** A copy of the selected records. */
public class ReferenceSnapshot implements Snapshot {
  private final ReferenceBackend backend;
  private final Position position;
  private final Map<String, TypeOptions> options;
  private final List<StoredRecord> records;
  private volatile boolean closed;

  public ReferenceSnapshot(
      ReferenceBackend backend,
      Position position,
      Map<String, TypeOptions> options,
      List<StoredRecord> records) {
    this.backend = backend;
    this.position = position;
    this.options = options;
    this.records = List.copyOf(records);
  }

  @Override
  public Position position() {
    checkBackendOpen();
    return position;
  }

  @Override
  public Map<String, TypeOptions> options() {
    checkBackendOpen();
    return options;
  }

  @Override
  public Iterator<StoredRecord> records() {
    checkOpen();
    Iterator<StoredRecord> iterator = records.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        checkOpen();
        return iterator.hasNext();
      }

      @Override
      public StoredRecord next() {
        checkOpen();
        return iterator.next();
      }
    };
  }

  protected void checkOpen() {
    if (closed) {
      throw new ClosedException("the snapshot");
    }
    checkBackendOpen();
  }

  private void checkBackendOpen() {
    synchronized (backend.store) {
      backend.checkOpen();
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
