package io.databroker.host.copy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Limits;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Two empty in-memory stores, without housekeeping in the time of a test. */
final class Stores implements AutoCloseable {
  private final List<Databroker> brokers = new ArrayList<>();

  Stores() {
    this(BackendContext.standard());
  }

  Stores(BackendContext context) {
    for (int i = 0; i < 2; i++) {
      brokers.add(
          Databroker.builder()
              .context(context)
              .backend(BackendConfig.of("inmemory"))
              .housekeepEvery(Duration.ofDays(1))
              .open());
    }
  }

  Backend backend(int index) {
    return brokers.get(index).backend();
  }

  CopyEnd end(int index) {
    return new BackendCopy(backend(index), Limits.FLOOR);
  }

  StoreComparison compare() throws IOException {
    return StoreComparison.of(end(0), end(1), null, CopyProgress.NONE);
  }

  /** Returns all records in the order of their versions, without the versions. */
  static List<StoredRecord> inOrder(Backend backend) {
    List<StoredRecord> records = new ArrayList<>();
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      snapshot.records().forEachRemaining(records::add);
    }
    records.sort(RecordSort.BY_VERSION);
    return records.stream()
        .map(r -> new StoredRecord(r.type(), r.id(), 0, r.payload(), r.modifiedAt(), false))
        .toList();
  }

  @Override
  public void close() {
    brokers.forEach(Databroker::close);
  }
}
