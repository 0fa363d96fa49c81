package io.databroker.postgres;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/** Reads rows as records. */
final class Rows {
  /** The columns that {@link #record} reads, of a table named r. */
  static final String COLUMNS = "r.version, r.type, r.id, r.payload, r.modified_at, r.deleted";

  private static final long MICROS = 1_000_000;

  private Rows() {}

  /** Reads a record from six columns, the first of which is {@code first}. */
  static StoredRecord record(ResultSet row, int first) throws SQLException {
    Bytes payload = Bytes.copyOf(row.getBytes(first + 3));
    return record(row, first, payload, row.getBoolean(first + 5));
  }

  /** Reads a record from the columns except for payload and deleted. */
  static StoredRecord record(ResultSet row, int first, Bytes payload, boolean deleted)
      throws SQLException {
    return new StoredRecord(
        row.getString(first + 1),
        row.getString(first + 2),
        row.getLong(first),
        payload,
        instant(row.getLong(first + 4)),
        deleted);
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000);
  }

  /**
   * Returns the first microsecond that is not before that instant, or the largest one that fits.
   */
  static long microsNotBefore(Instant instant) {
    return instant.getEpochSecond() >= Long.MAX_VALUE / MICROS
        ? Long.MAX_VALUE
        : instant.getEpochSecond() * MICROS + (instant.getNano() + 999L) / 1_000;
  }

  /** Returns the current result of several statements, and moves to the next. */
  static ResultSet next(PreparedStatement statement) throws SQLException {
    ResultSet result = statement.getResultSet();
    if (result == null) {
      throw new SQLException("a result was expected", "XX000");
    }
    return result;
  }
}
