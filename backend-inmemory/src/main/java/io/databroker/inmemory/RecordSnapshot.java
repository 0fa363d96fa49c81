package io.databroker.inmemory;

import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Records that never change, so that there is nothing to hold and nothing that expires. */
final class RecordSnapshot implements Snapshot {
  private final InMemoryBackend backend;
  private final Position position;
  private final Map<String, TypeOptions> options;

  /** Null when closed. */
  private volatile @Nullable Supplier<Iterator<StoredRecord>> source;

  RecordSnapshot(
      InMemoryBackend backend,
      History history,
      Commit commit,
      Supplier<Iterator<StoredRecord>> source) {
    this.backend = backend;
    this.position = new Position(history.serverVersion, commit.version());
    this.options = commit.options().asMap();
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
    Iterator<StoredRecord> records = open().get();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        open();
        return records.hasNext();
      }

      @Override
      public StoredRecord next() {
        open();
        return records.next();
      }
    };
  }

  private Supplier<Iterator<StoredRecord>> open() {
    Supplier<Iterator<StoredRecord>> now = source;
    if (now == null) {
      throw InMemoryBackend.closed("snapshot");
    }
    backend.current();
    return now;
  }

  @Override
  public void close() {
    source = null;
  }
}
