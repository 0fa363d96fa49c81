package io.databroker.host.copy;

import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.List;

/** Collects records into batches that a target accepts, and applies each when it is full. */
final class RestoreBatches {
  private final CopyEnd target;
  private List<StoredRecord> batch = new ArrayList<>();
  private long bytes;

  RestoreBatches(CopyEnd target) {
    this.target = target;
  }

  /** Adds a record; returns whether the records before it were applied. */
  boolean add(StoredRecord record) throws InterruptedException {
    int size = record.deleted() ? 0 : record.payload().size();
    boolean full =
        batch.size() >= target.batchRecords()
            || (!batch.isEmpty() && bytes + size > target.batchBytes());
    if (full) {
      flush();
    }
    batch.add(record);
    bytes += size;
    return full;
  }

  /** Applies the records added since the last batch. */
  void flush() throws InterruptedException {
    if (!batch.isEmpty()) {
      apply(batch);
      batch = new ArrayList<>();
      bytes = 0;
    }
  }

  /**
   * Applies records, in several batches if the target rejects one as too large: the payloads of the
   * records that it deletes count too (LIMIT-3), and only the target knows them.
   */
  private void apply(List<StoredRecord> records) throws InterruptedException {
    try {
      Outages.outlast(() -> target.restore(records));
    } catch (RuntimeException e) {
      if (records.size() == 1 || !target.isOverLimit(e)) {
        throw e;
      }
      int half = records.size() / 2;
      apply(records.subList(0, half));
      apply(records.subList(half, records.size()));
    }
  }
}
