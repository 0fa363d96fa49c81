package io.databroker.postgres;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The records of a page. A statement returns small payloads with their rows, and only the sizes of
 * larger ones. Those are read by a second statement, up to the end of the page.
 */
final class PageRows {
  private static final int SMALL_BYTES = 2 << 10;

  /** A page is full once its large payloads reach this size. */
  private static final long FULL_BYTES = 1 << 20;

  /** Largest number of rows of a page: 2 MiB of small payloads. */
  static final int MOST_ROWS = 1_000;

  private static final String IS_SMALL = "octet_length(r.payload) <= " + SMALL_BYTES;

  /** The number of columns that {@link #add} reads. */
  static final int WIDTH = 6;

  static final String LARGE = "SELECT r.version, r.payload FROM record r WHERE r.version = ANY (?)";

  private final List<StoredRecord> records = new ArrayList<>();

  /** The indexes of the records whose payloads are not yet read. */
  private final List<Integer> large = new ArrayList<>();

  private long largeBytes;

  /** Returns the columns that {@link #add} reads, of rows of a table named r that match. */
  static String columns(String match) {
    return "r.version, r.type, r.id, CASE WHEN "
        + match
        + " AND "
        + IS_SMALL
        + " THEN r.payload END, r.modified_at, CASE WHEN "
        + match
        + " AND NOT "
        + IS_SMALL
        + " THEN octet_length(r.payload) END";
  }

  /** Adds the current row if it matches; returns whether it does. */
  boolean add(ResultSet row, boolean deleted) throws SQLException {
    byte[] payload = row.getBytes(4);
    if (payload == null) {
      long bytes = row.getLong(6);
      if (bytes == 0) {
        return false;
      }
      large.add(records.size());
      largeBytes += bytes;
    }
    Bytes known = payload == null ? Bytes.EMPTY : Bytes.copyOf(payload);
    return records.add(Rows.record(row, 1, known, deleted));
  }

  /** Returns whether the payloads that are left to the second statement fill a page. */
  boolean isFull() {
    return largeBytes >= FULL_BYTES;
  }

  List<StoredRecord> records() {
    return records;
  }

  int size() {
    return records.size();
  }

  /** Removes the records from the given index on. */
  void cut(int size) {
    records.subList(size, records.size()).clear();
    large.removeIf(index -> index >= size);
  }

  /**
   * Reads the missing payloads, and returns the bounds of the history after that. A payload that
   * was removed from the server meanwhile stays empty; the bounds show this.
   *
   * @param row the bounds read after the rows
   */
  StoreRow complete(Connection connection, StoreRow row) throws SQLException {
    if (large.isEmpty()) {
      return row;
    }
    Map<Long, Integer> indexes = new TreeMap<>();
    large.forEach(index -> indexes.put(records.get(index).version(), index));
    long[] versions = indexes.keySet().stream().mapToLong(Long::longValue).toArray();
    new Sql(connection, LARGE, RowWriter.numbers(connection, versions))
        .readRows(
            result -> {
              int index = indexes.getOrDefault(result.getLong(1), -1);
              return records.set(index, with(records.get(index), Bytes.copyOf(result.getBytes(2))));
            });
    return Reads.storeRow(connection);
  }

  private static StoredRecord with(StoredRecord record, Bytes payload) {
    return new StoredRecord(
        record.type(),
        record.id(),
        record.version(),
        payload,
        record.modifiedAt(),
        record.deleted());
  }
}
