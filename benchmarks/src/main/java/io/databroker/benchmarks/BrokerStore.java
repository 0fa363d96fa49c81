package io.databroker.benchmarks;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our backend, through the public interface with its checks. */
final class BrokerStore implements Store {
  private final Backend backend;
  private final @Nullable Scratch scratch;

  /**
   * @param scratch the directory of the backend, deleted with it
   */
  BrokerStore(Backend backend, @Nullable Scratch scratch) {
    this.backend = backend;
    this.scratch = scratch;
  }

  Backend backend() {
    return backend;
  }

  static List<Write> writes(Workload.Batch batch) {
    Write[] writes = new Write[batch.size];
    for (int i = 0; i < writes.length; i++) {
      writes[i] = Write.put(batch.type(i), batch.id(i), Bytes.copyOf(batch.payload));
    }
    return Arrays.asList(writes);
  }

  static int touch(StoredRecord record) {
    Bytes payload = record.payload();
    return payload.at(0) + payload.at(payload.size() - 1);
  }

  @Override
  public int get(String type, String id) {
    StoredRecord found = backend.get(type, id);
    if (found == null) {
      throw new IllegalStateException("lost " + id);
    }
    return touch(found);
  }

  @Override
  public void put(Workload.Batch batch) {
    backend.put(writes(batch));
  }

  @Override
  public long scan() {
    long sum = 0;
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      for (Iterator<StoredRecord> records = snapshot.records(); records.hasNext(); ) {
        sum += touch(records.next());
      }
    }
    return sum;
  }

  @Override
  public long changes(@Nullable String type) {
    Versions versions = backend.versions();
    Position start = new Position(versions.serverVersion(), versions.earliest() - 1);
    long sum = 0;
    try (ChangeFeed feed = backend.changes(start, type)) {
      Changes changes;
      while ((changes = feed.poll()) != null) {
        List<StoredRecord> records = changes.records();
        for (int i = 0; i < records.size(); i++) {
          sum += touch(records.get(i));
        }
      }
    }
    return sum;
  }

  @Override
  public void forgetChanges() {
    backend.trim(Instant.now().plusSeconds(1));
  }

  @Override
  public void close() {
    backend.close();
    if (scratch != null) {
      scratch.close();
    }
  }
}
