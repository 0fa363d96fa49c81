package io.databroker.offheap;

import io.databroker.api.TypeOptions;
import io.databroker.api.support.LastPayloads;
import io.databroker.offheap.journal.Micros;
import io.databroker.offheap.journal.RecordCopy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Deletes the records last written before their type's cutoff, a few at a time. */
final class Expiry {
  private static final int BATCH = 256;

  private final Store store;
  private final Instant now;

  /** The last version of the present type that was examined. */
  private long examined;

  /** True while more records of the present type may have expired. */
  private boolean more;

  Expiry(Store store) {
    this.store = store;
    this.now = store.now(); // in microseconds, like the times of records
  }

  long run() {
    long deleted = 0;
    store.guard.checkOpen();
    for (Map.Entry<String, TypeOptions> entry : store.history.commit.options().asMap().entrySet()) {
      if (entry.getValue().ttl() != null) {
        deleted += expire(entry.getKey(), entry.getValue());
      }
    }
    return deleted;
  }

  private long expire(String type, TypeOptions options) {
    Instant cutoff = now.minus(Objects.requireNonNull(options.ttl()));
    long deleted = 0;
    examined = 0;
    more = true;
    while (more) {
      List<TypeTable> written = new ArrayList<>(1);
      deleted +=
          store.write(
              written,
              history -> {
                TypeTable table = history.tables.get(type);
                TypeOptions current = history.planned.options().get(type);
                if (table == null || current == null || !options.equals(current)) {
                  more = false; // the history was replaced, or the options have changed
                  return 0;
                }
                return some(history, table, cutoff, written);
              });
    }
    return deleted;
  }

  /** Deletes one batch. */
  private int some(History history, TypeTable table, Instant cutoff, List<TypeTable> written) {
    OldestFirst oldest = new OldestFirst(history, table, examined);
    try (Batch batch = new Batch(store, history, store.now(), BATCH)) {
      // Examines only a few records for each delete, so that writers can continue.
      long bytes = 0;
      for (int looked = 0;
          looked < 4 * BATCH && batch.size() < BATCH && bytes < LastPayloads.BATCH_BYTES;
          looked++) {
        if (!oldest.next()) {
          more = false;
          break;
        }
        RecordCopy record = oldest.record();
        if (record == null) {
          examined = oldest.version();
          continue; // a damaged record stays until its key is written again
        }
        boolean due = Micros.instant(record.modified()).isBefore(cutoff);
        if (!due && table.timesAscend) {
          more = false;
          break;
        }
        examined = oldest.version();
        if (due) {
          bytes += record.size();
          batch.drop(table, record.id());
        }
      }
      if (!batch.isEmpty()) {
        batch.commit();
        written.addAll(batch.touched());
      }
      return batch.size();
    }
  }
}
