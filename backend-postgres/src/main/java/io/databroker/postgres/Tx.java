package io.databroker.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A writing transaction, which may take the lock of the store row. */
final class Tx {
  /** Waits for the lock of the row, then reads the row as the last holder left it. */
  static final String LOCK =
      "SELECT "
          + StoreRow.COLUMNS
          + ", s.sync_standbys, "
          + Cluster.SYNC_STANDBYS
          + " FROM store s FOR NO KEY UPDATE";

  /** A separate statement, because the first one reads its time before it waits for the lock. */
  static final String NOW_COLUMNS =
      "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint, pg_current_xact_id()::text, ("
          + Cluster.RUN
          + ")::text";

  /** The number of these columns. */
  static final int NOW_WIDTH = 3;

  private static final String NOW = "SELECT " + NOW_COLUMNS;

  /** Key of the lock on the records; each schema of the database has its own. */
  private static final String RECORDS =
      "(hashtextextended('databroker records ' || current_schema(), 0))";

  private static final String KEEP = "SELECT pg_advisory_xact_lock_shared" + RECORDS;
  private static final String REMOVE = "SELECT pg_advisory_xact_lock" + RECORDS;

  final Connection connection;
  private @Nullable StoreRow row;
  private @Nullable String id;
  private @Nullable String run;
  private long now;
  private boolean written;

  Tx(Connection connection) {
    this.connection = connection;
  }

  /** Takes the lock that orders writes. */
  void lock() throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCK + "; " + NOW)) {
      statement.execute();
      readLock(statement).close();
    }
  }

  /**
   * Reads the result of {@link #LOCK}, and {@link #NOW_COLUMNS} in the first row of the next
   * result.
   *
   * @return the next result, at its first row
   */
  ResultSet readLock(PreparedStatement statement) throws SQLException {
    String storedSync;
    String sync;
    try (ResultSet result = statement.getResultSet()) {
      if (!result.next()) {
        throw new SQLException("the table store is empty: restore the schema", "XX000");
      }
      row = StoreRow.of(result);
      storedSync = result.getString(StoreRow.WIDTH + 1);
      sync = result.getString(StoreRow.WIDTH + 2);
    }
    if (!sync.equals(storedSync)) {
      new Sql(connection, "UPDATE store SET sync_standbys = ?", sync).execute();
    }
    statement.getMoreResults();
    ResultSet next = Rows.next(statement);
    next.next();
    return readNow(next);
  }

  private ResultSet readNow(ResultSet row) throws SQLException {
    now = row.getLong(1);
    id = row.getString(2);
    run = row.getString(3);
    return row;
  }

  /** Reads the time and the transaction's number, without the lock. */
  void begin() throws SQLException {
    new Sql(connection, NOW).readRow(this::readNow);
  }

  /**
   * Keeps the stored records until the transaction ends, so that it may add rows that name them.
   */
  void keepRecords() throws SQLException {
    new Sql(connection, KEEP).execute();
  }

  /**
   * Waits for the transactions that keep the records, and keeps others from beginning. Comes before
   * the lock of the store row, so that no writer waits for them.
   */
  void removeRecords() throws SQLException {
    new Sql(connection, REMOVE).execute();
  }

  /** The store row when the lock was taken. */
  StoreRow row() {
    return Objects.requireNonNull(row);
  }

  /** The server's time, in microseconds since 1970. */
  long now() {
    return now;
  }

  /** The transaction's number, which identifies it within a run of the server. */
  @Nullable String id() {
    return id;
  }

  /** The run of the server, see {@link Cluster#RUN}. */
  @Nullable String run() {
    return run;
  }

  /** Returns whether the lock was taken, so that {@link #row} is known. */
  boolean isLocked() {
    return row != null;
  }

  /** Marks the transaction for commit; otherwise it is rolled back, because it only read. */
  void markWritten() {
    written = true;
  }

  boolean isWritten() {
    return written;
  }
}
