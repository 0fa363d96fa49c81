package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.List;

/** Open snapshot with the records that it must keep. */
record KeptSnapshot(Snapshot snapshot, List<StoredRecord> expected) implements AutoCloseable {

  static KeptSnapshot take(Backend backend, Model model) {
    List<StoredRecord> all = new ArrayList<>();
    model.live.values().forEach(records -> all.addAll(records.values()));
    return new KeptSnapshot(backend.snapshot(Selection.all()), all);
  }

  /** Returns false if the snapshot has expired; otherwise checks that its records are unchanged. */
  boolean check() {
    List<StoredRecord> found = new ArrayList<>();
    try {
      snapshot.records().forEachRemaining(found::add);
    } catch (SnapshotExpiredException ended) {
      return false;
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    return true;
  }

  @Override
  public void close() {
    snapshot.close();
  }
}
