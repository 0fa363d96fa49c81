package io.databroker.api.support;

import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batch of a put or of a restore, so that a backend applies both by the same code.
 *
 * <p>All writes of a put have the time of the clock; each write of a restore has its own
 * (RESTORE-2).
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class WriteBatch {
  private final List<Write> writes;
  private final @Nullable List<StoredRecord> restored;

  private WriteBatch(List<Write> writes, @Nullable List<StoredRecord> restored) {
    this.writes = writes;
    this.restored = restored;
  }

  /** Returns the batch of a put. */
  public static WriteBatch put(List<Write> writes) {
    return new WriteBatch(writes, null);
  }

  /** Returns the batch of a restore: a deleted record becomes a delete, any other a put. */
  public static WriteBatch restore(List<StoredRecord> records) {
    List<Write> writes = new ArrayList<>(records.size());
    for (StoredRecord record : records) {
      writes.add(
          record.deleted()
              ? Write.delete(record.type(), record.id())
              : Write.put(record.type(), record.id(), record.payload()));
    }
    return new WriteBatch(writes, List.copyOf(records));
  }

  /** Returns the writes, in order. */
  public List<Write> writes() {
    return writes;
  }

  /**
   * Returns the time of a write: its own in a restore, otherwise {@code now}.
   *
   * @param index the place of the write in the batch
   * @param now the time of the clock at some instant of the call
   */
  public Instant time(int index, Instant now) {
    return restored == null ? now : restored.get(index).modifiedAt();
  }
}
