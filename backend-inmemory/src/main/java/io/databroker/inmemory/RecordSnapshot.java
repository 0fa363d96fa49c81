package io.databroker.inmemory;

import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Supplier;

/** Records that never change, so that there is nothing to hold and nothing that expires. */
final class RecordSnapshot implements Snapshot {
  private final InMemoryBackend backend;
  private final Position position;
  private final Map<String, TypeOptions> options;
  private final Supplier<Iterator<StoredRecord>> source;
  private volatile boolean closed;

  RecordSnapshot(
      InMemoryBackend backend,
      History history,
      Commit commit,
      Supplier<Iterator<StoredRecord>> source) {
    this.backend = backend;
    this.position = new Position(history.serverVersion, commit.version());
    this.options = commit.options();
    this.source = source;
  }

  @Override
  public Position position() {
    return position;
  }

  @Override
  public Map<String, TypeOptions> options() {
    return options;
  }

  @Override
  public Iterator<StoredRecord> records() {
    checkOpen();
    Iterator<StoredRecord> records = source.get();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        checkOpen();
        return records.hasNext();
      }

      @Override
      public StoredRecord next() {
        checkOpen();
        return records.next();
      }
    };
  }

  private void checkOpen() {
    if (closed) {
      throw InMemoryBackend.closed("snapshot");
    }
    backend.current();
  }

  @Override
  public void close() {
    closed = true;
  }
}
