package io.databroker.host.copy;

import io.databroker.api.Bytes;
import io.databroker.api.CodePointOrder;
import io.databroker.api.StoredRecord;
import java.nio.file.Path;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Sorts any number of keys by type and id, in bounded memory. */
final class KeySort implements AutoCloseable {
  static final Comparator<StoredRecord> BY_KEY =
      Comparator.comparing(StoredRecord::type, CodePointOrder.INSTANCE)
          .thenComparing(StoredRecord::id, CodePointOrder.INSTANCE);

  private final RecordSort sort;

  KeySort(@Nullable Path folder) {
    this.sort = new RecordSort(BY_KEY, folder);
  }

  /** Adds the key of a record. */
  void add(StoredRecord record) {
    sort.add(
        new StoredRecord(record.type(), record.id(), 0, Bytes.EMPTY, record.modifiedAt(), false));
  }

  /** Receives a delete. */
  interface Deletes {
    boolean add(StoredRecord delete) throws InterruptedException;
  }

  /** Passes on a delete for each key that is in the first list but not in the second. */
  static void notIn(KeySort first, KeySort second, Deletes deletes) throws InterruptedException {
    RecordSort.Reader held = first.sort.read();
    RecordSort.Reader kept = second.sort.read();
    StoredRecord other = kept.hasNext() ? kept.next() : null;
    while (held.hasNext()) {
      StoredRecord key = held.next();
      while (other != null && BY_KEY.compare(other, key) < 0) {
        other = kept.hasNext() ? kept.next() : null;
      }
      if (other == null || BY_KEY.compare(other, key) != 0) {
        var unused =
            deletes.add(
                new StoredRecord(key.type(), key.id(), 0, Bytes.EMPTY, key.modifiedAt(), true));
      }
    }
  }

  @Override
  public void close() {
    sort.close();
  }
}
