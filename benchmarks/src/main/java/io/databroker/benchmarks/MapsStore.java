package io.databroker.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Bare data structures: a ConcurrentHashMap of ids within a ConcurrentHashMap of types, and arrays
 * of changes, one for all and one for each type. One thread writes. There are no batches, record
 * versions, options or checks.
 */
final class MapsStore implements Store {
  private final ConcurrentHashMap<String, Table> tables = new ConcurrentHashMap<>();
  private ChangeArray log = new ChangeArray();
  private long version;

  @Override
  public int get(String type, String id) {
    Table table = tables.get(type);
    byte[] found = table == null ? null : table.payloads.get(id);
    if (found == null) {
      throw new IllegalStateException("lost " + id);
    }
    return Store.touch(found);
  }

  @Override
  public void put(Workload.Batch batch) {
    for (int i = 0; i < batch.size; i++) {
      String type = batch.type(i);
      Table table = tables.get(type);
      if (table == null) {
        table = new Table();
        tables.put(type, table);
      }
      Row row = new Row(type, batch.id(i), ++version, batch.payload.clone());
      table.payloads.put(row.id, row.payload);
      log.append(row);
    }
  }

  @Override
  public long scan() {
    long sum = 0;
    for (Table table : tables.values()) {
      for (byte[] payload : table.payloads.values()) {
        sum += Store.touch(payload);
      }
    }
    return sum;
  }

  /** Walks over the array of all changes, or over that of one type. */
  @Override
  public long changes(@Nullable String type) {
    return type == null ? log.sum() : log.of(type).sum();
  }

  @Override
  public void forgetChanges() {
    log = new ChangeArray();
  }

  @Override
  public void close() {
    tables.clear();
  }

  private static final class Table {
    final ConcurrentHashMap<String, byte[]> payloads = new ConcurrentHashMap<>();
  }

  /** Change in the log. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Row(String type, String id, long version, byte[] payload) {}

  /** Grows by chunks, so that appending never copies. */
  static final class ChangeArray {
    private static final int CHUNK = 1 << 14;

    private final List<Row[]> chunks = new ArrayList<>();
    private Row[] last = new Row[0];
    private int used;
    private @Nullable ChangeArray ofType;
    private @Nullable String type;

    void append(Row row) {
      if (used == last.length) {
        last = new Row[CHUNK];
        chunks.add(last);
        used = 0;
      }
      last[used++] = row;
    }

    /** Changes of one type, cached for the next call. */
    ChangeArray of(String wanted) {
      if (ofType == null || !wanted.equals(type)) {
        ofType = new ChangeArray();
        type = wanted;
        for (Row[] chunk : chunks) {
          for (Row row : chunk) {
            if (row != null && row.type.equals(wanted)) {
              ofType.append(row);
            }
          }
        }
      }
      return ofType;
    }

    long sum() {
      long sum = 0;
      for (Row[] chunk : chunks) {
        int end = chunk == last ? used : chunk.length;
        for (int i = 0; i < end; i++) {
          sum += Store.touch(chunk[i].payload);
        }
      }
      return sum;
    }
  }
}
