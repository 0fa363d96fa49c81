package io.databroker.host.patch;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the batch for some patches, on condition that the records read for it have not changed.
 */
final class Draft {
  private final Backend backend;
  private final Map<Key, Read> read = new HashMap<>();
  private final List<Write> absences = new ArrayList<>();
  private final List<Write> writes = new ArrayList<>();

  Draft(Backend backend) {
    this.backend = backend;
  }

  private record Key(String type, String id) {}

  /** A record as it was read, with its patched payload. */
  private static final class Read {
    final Condition unchanged;
    @Nullable Bytes payload;

    Read(StoredRecord record) {
      unchanged = Condition.version(record.version());
      payload = record.payload();
    }

    Read() {
      unchanged = Condition.ABSENT;
    }
  }

  void apply(Patch patch) {
    Read record = read.computeIfAbsent(new Key(patch.type(), patch.id()), this::read);
    if (record.payload != null) {
      record.payload = patch.change().apply(record.payload);
      Write write =
          record.payload == null
              ? Write.delete(patch.type(), patch.id())
              : Write.put(patch.type(), patch.id(), record.payload);
      writes.add(write.when(record.unchanged));
    }
  }

  private Read read(Key key) {
    StoredRecord found = backend.get(key.type, key.id);
    if (found != null) {
      return new Read(found);
    }
    // This delete is a no-op; its condition makes the batch fail if the record appears.
    absences.add(Write.delete(key.type, key.id).when(Condition.ABSENT));
    return new Read();
  }

  boolean writesAny() {
    return !writes.isEmpty();
  }

  int absences() {
    return absences.size();
  }

  /** Returns the conditions on absent records, then a write for each patch of a live record. */
  List<Write> batch() {
    List<Write> batch = new ArrayList<>(absences);
    batch.addAll(writes);
    return batch;
  }
}
