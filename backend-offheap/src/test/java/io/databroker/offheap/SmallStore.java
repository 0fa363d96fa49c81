package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.Write;
import java.nio.file.Path;
import java.util.List;

/** Small store with records of one type. */
final class SmallStore {
  private SmallStore() {}

  /** Settings of a store in a directory, or in memory if it is null. */
  static OffheapSettings settings(Path directory) {
    return new OffheapSettings(directory, Durability.PROCESS, 1_000, 1, 1 << 16);
  }

  static List<Write> put(String id, int size) {
    return List.of(Write.put("t", id, Bytes.copyOf(new byte[size])));
  }

  /** Number of the live records. */
  static int records(Backend backend) {
    int[] count = {0};
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      snapshot.records().forEachRemaining(record -> count[0]++);
    }
    return count[0];
  }
}
