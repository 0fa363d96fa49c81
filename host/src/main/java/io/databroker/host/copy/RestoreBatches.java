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
      List<StoredRecord> full = batch;
      Outages.outlast(() -> target.restore(full));
      batch = new ArrayList<>();
      bytes = 0;
    }
  }
}
