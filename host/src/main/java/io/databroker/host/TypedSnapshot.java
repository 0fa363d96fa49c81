package io.databroker.host;

import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import java.util.Iterator;

/**
 * The live records of one type at one version, decoded as they are read.
 *
 * <p><b>Thread-safety:</b> any thread may use it, one iterator by one thread at a time.
 *
 * @param <T> the values
 */
public final class TypedSnapshot<T> implements Iterable<TypedRecord<T>>, AutoCloseable {
  private final Snapshot snapshot;
  private final TypedRecords<T> records;

  TypedSnapshot(Snapshot snapshot, TypedRecords<T> records) {
    this.snapshot = snapshot;
    this.records = records;
  }

  /** Where a feed goes on from it. */
  public Position position() {
    return snapshot.position();
  }

  /**
   * A pass over the records, each once, in any order; it does not remove.
   *
   * @throws SnapshotExpiredException here or from the iterator, if it can no longer be told what
   *     was live at that version
   * @throws ClosedException here or from the iterator, after this or the backend was closed
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

  /** Frees what it holds; idempotent. */
  @Override
  public void close() {
    snapshot.close();
  }
}
