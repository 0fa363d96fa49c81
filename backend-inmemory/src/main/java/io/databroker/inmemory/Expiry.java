package io.databroker.inmemory;

import io.databroker.api.TypeOptions;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Deletes expired records, in batches, so that no write waits long. */
final class Expiry {
  private static final int PORTION = 1_000;

  private final InMemoryBackend backend;

  Expiry(InMemoryBackend backend) {
    this.backend = backend;
  }

  /** Returns the number of records deleted. */
  long run() {
    // Use one time for all portions: otherwise more and more records could expire between them.
    Instant now = backend.now();
    long deleted = 0;
    for (String type : backend.current().commit.options().asMap().keySet()) {
      int portion;
      do {
        portion = runOnce(type, now);
        deleted += portion;
      } while (portion > 0);
    }
    return deleted;
  }

  private int runOnce(String type, Instant now) {
    Batch batch;
    backend.writing.lock();
    try {
      History history = backend.current();
      backend.room.make(backend, history);
      Table table = history.tables.get(type);
      TypeOptions options = history.commit.options().get(type);
      Duration ttl = options == null ? null : options.ttl();
      if (table == null || ttl == null) {
        return 0;
      }
      batch = new Batch(history, backend.now(), PORTION);
      try {
        plan(batch, table, now.minus(ttl));
        if (batch.isEmpty()) {
          return 0;
        }
        batch.commit();
      } finally {
        batch.abandon();
      }
    } finally {
      backend.writing.unlock();
      backend.room.tell(backend); // room may have been made for nothing
    }
    backend.feeds.wake(batch.touched(), Table::type);
    return batch.size();
  }

  private static void plan(Batch batch, Table table, Instant cutoff) {
    // After a step back of the clock, a younger write may have an older time.
    Instant enough = cutoff.plusSeconds(table.order.slack());
    @Nullable Entry entry = table.order.oldest();
    while (entry != null && batch.size() < PORTION && entry.record.modifiedAt().isBefore(enough)) {
      if (entry.record.modifiedAt().isBefore(cutoff)) {
        batch.delete(table, entry, entry.record.id());
      }
      entry = table.order.after(entry);
    }
  }
}
