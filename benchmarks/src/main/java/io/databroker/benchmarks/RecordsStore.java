package io.databroker.benchmarks;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@link MapsStore} with the records of the interface instead of bare arrays. It measures the cost
 * of the record type, a lower bound for any backend.
 */
final class RecordsStore implements Store {
  /** Capacity for more than a turn, so that appending never copies. */
  private static final int ROOM = 1 << 20;

  private final ConcurrentHashMap<String, ConcurrentHashMap<String, StoredRecord>> tables =
      new ConcurrentHashMap<>();
  private List<StoredRecord> log = new ArrayList<>(ROOM);
  private @Nullable List<StoredRecord> ofType;
  private long version;

  @Override
  public int get(String type, String id) {
    ConcurrentHashMap<String, StoredRecord> table = tables.get(type);
    StoredRecord found = table == null ? null : table.get(id);
    if (found == null) {
      throw new IllegalStateException("lost " + id);
    }
    return BrokerStore.touch(found);
  }

  @Override
  public void put(Workload.Batch batch) {
    Instant now = Instant.now();
    for (int i = 0; i < batch.size; i++) {
      String type = batch.type(i);
      ConcurrentHashMap<String, StoredRecord> table = tables.get(type);
      if (table == null) {
        table = new ConcurrentHashMap<>();
        tables.put(type, table);
      }
      StoredRecord record =
          new StoredRecord(type, batch.id(i), ++version, Bytes.copyOf(batch.payload), now, false);
      table.put(record.id(), record);
      log.add(record);
    }
  }

  @Override
  public long scan() {
    long sum = 0;
    for (ConcurrentHashMap<String, StoredRecord> table : tables.values()) {
      for (StoredRecord record : table.values()) {
        sum += BrokerStore.touch(record);
      }
    }
    return sum;
  }

  /** Walks over the list of all changes, or over that of one type. */
  @Override
  public long changes(@Nullable String type) {
    long sum = 0;
    for (StoredRecord record : type == null ? log : of(type)) {
      sum += BrokerStore.touch(record);
    }
    return sum;
  }

  /** Changes of one type, cached for the next call. */
  private List<StoredRecord> of(String type) {
    List<StoredRecord> found = ofType;
    if (found == null || !found.get(0).type().equals(type)) {
      found = log.stream().filter(it -> it.type().equals(type)).toList();
      ofType = found;
    }
    return found;
  }

  @Override
  public void forgetChanges() {
    log = new ArrayList<>(ROOM);
  }

  @Override
  public void close() {
    tables.clear();
  }
}
