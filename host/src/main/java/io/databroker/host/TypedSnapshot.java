package io.databroker.host;

import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import java.util.Iterator;

/**
 * The live records of one type at one version, decoded while they are read.
 *
 * <p><b>Thread-safety:</b> any thread may use a snapshot; one thread at a time uses an iterator.
 *
 * @param <T> type of the values
 */
public final class TypedSnapshot<T> implements Iterable<TypedRecord<T>>, AutoCloseable {
  private final Snapshot snapshot;
  private final TypedRecords<T> records;

  TypedSnapshot(Snapshot snapshot, TypedRecords<T> records) {
    this.snapshot = snapshot;
    this.records = records;
  }

  /** Returns the position of the snapshot; a feed opened there delivers the changes after it. */
  public Position position() {
    return snapshot.position();
  }

  /**
   * Iterates over the records, each once, in any order. The iterator does not support {@code
   * remove}.
   *
   * @throws SnapshotExpiredException here or from the iterator, if the backend can no longer hold
   *     the snapshot
   * @throws ClosedException here or from the iterator, after the snapshot or the backend was closed
   */
  @Override
  public Iterator<TypedRecord<T>> iterator() {
    Iterator<StoredRecord> stored = snapshot.records();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return stored.hasNext();
      }

      @Override
      public TypedRecord<T> next() {
        return records.decode(stored.next());
      }
    };
  }

  /** Frees the resources of the snapshot; idempotent. */
  @Override
  public void close() {
    snapshot.close();
  }
}
