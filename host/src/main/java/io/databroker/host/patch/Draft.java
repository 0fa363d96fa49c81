package io.databroker.host.patch;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.LimitExceededException;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the batch for some patches, on condition that the records read for it have not changed. It
 * holds one write for each patch, in order, so an error of the put names the index of the patch.
 */
final class Draft {
  private final Backend backend;
  private final Map<Key, Read> read = new HashMap<>();
  private final List<Write> batch = new ArrayList<>();
  private final BitSet changes = new BitSet();

  private final long most;
  private long bytes;

  /**
   * Creates an empty draft.
   *
   * @param most total size of the payloads that fit in a batch
   */
  Draft(Backend backend, long most) {
    this.backend = backend;
    this.most = most;
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
      changes.set(batch.size());
      count(record.payload);
    }
    // A delete of a record that is not live is a no-op. It lets the put check the key, and its
    // condition makes the batch fail if the record appears.
    Write write =
        record.payload == null
            ? Write.delete(patch.type(), patch.id())
            : Write.put(patch.type(), patch.id(), record.payload);
    batch.add(write.when(record.unchanged));
  }

  private void count(@Nullable Bytes payload) {
    bytes += payload == null ? 0 : payload.size();
    if (bytes > most) {
      throw new LimitExceededException("batch", bytes, most, "bytes of payload so far");
    }
  }

  private Read read(Key key) {
    StoredRecord found = backend.get(key.type, key.id);
    return found == null ? new Read() : new Read(found);
  }

  /** Returns a write for each patch. */
  List<Write> batch() {
    return List.copyOf(batch);
  }

  /** Returns the stored records whose patch found a live record. */
  List<StoredRecord> changed(List<StoredRecord> stored) {
    return changes.stream().mapToObj(stored::get).toList();
  }
}
