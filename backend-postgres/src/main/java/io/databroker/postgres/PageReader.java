package io.databroker.postgres;

import io.databroker.api.StoredRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads pages of the history, of whole batches and of bounded size. */
final class PageReader {
  private static final int MOST_ROWS = 1_000;
  private static final long MOST_BYTES = 1 << 20;

  /** Sizes come from the rows: no payload is read to find the end of a page. */
  private static final String PAGE =
      "SELECT "
          + Rows.COLUMNS
          + ", r.batch FROM ("
          + "SELECT x.*, sum(octet_length(x.payload)) OVER (ORDER BY x.version"
          + " ROWS UNBOUNDED PRECEDING) - octet_length(x.payload) AS before FROM ("
          + "SELECT * FROM record WHERE version > ? ORDER BY version LIMIT ?) x"
          + ") r WHERE r.before < ? ORDER BY r.version; "
          + Reads.STORE_ROW;

  private static final String BATCH =
      "SELECT "
          + Rows.COLUMNS
          + ", r.batch FROM record r"
          + " WHERE r.version > ? AND r.version <= ? ORDER BY r.version; "
          + Reads.STORE_ROW;

  private static final String NEXT_OF_TYPE =
      "SELECT r.version FROM record r WHERE r.type COLLATE \"POSIX\" = ?"
          + " AND r.version + 0 > ? AND r.version + 0 <= ? ORDER BY r.version + 0 LIMIT 1";

  /**
   * The page after a version, and the bounds read after the page.
   *
   * @param page null if no change follows that version, or the changes are no longer held
   */
  record Answer(StoreRow row, @Nullable Page page) {}

  private PageReader() {}

  /** Returns the next version of that type, or the last version plus 1 if there is none. */
  static long nextOfType(Connection connection, String type, long after, long latest)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(NEXT_OF_TYPE)) {
      select.setString(1, type);
      select.setLong(2, after);
      select.setLong(3, latest);
      try (ResultSet result = select.executeQuery()) {
        return result.next() ? result.getLong(1) : latest + 1;
      }
    }
  }

  static Answer read(Connection connection, long after) throws SQLException {
    List<List<StoredRecord>> batches = new ArrayList<>();
    StoreRow row;
    long cut;
    try (PreparedStatement select = connection.prepareStatement(PAGE)) {
      select.setLong(1, after);
      select.setInt(2, MOST_ROWS);
      select.setLong(3, MOST_BYTES);
      select.execute();
      cut = batches(select, batches);
      row = storeRow(select);
    }
    if (cut > 0 && batches.size() > 1) {
      batches.remove(batches.size() - 1);
    } else if (cut > 0) {
      batches.clear();
      try (PreparedStatement select = connection.prepareStatement(BATCH)) {
        select.setLong(1, after);
        select.setLong(2, cut);
        select.execute();
        batches(select, batches);
        row = storeRow(select);
      }
    }
    boolean isHeld = row.earliest() <= after + 1 && !batches.isEmpty();
    return new Answer(row, isHeld ? Page.of(row.serverVersion(), batches) : null);
  }

  /** Reads the rows; returns the end of the last batch if some of its rows are left, or 0. */
  private static long batches(PreparedStatement select, List<List<StoredRecord>> batches)
      throws SQLException {
    try (ResultSet result = Rows.next(select)) {
      List<StoredRecord> batch = new ArrayList<>();
      long end = 0;
      while (result.next()) {
        batch.add(Rows.record(result, 1));
        end = result.getLong(7);
        if (result.getLong(1) == end) {
          batches.add(batch);
          batch = new ArrayList<>();
        }
      }
      if (batch.isEmpty()) {
        return 0;
      }
      batches.add(batch);
      return end;
    }
  }

  private static StoreRow storeRow(PreparedStatement select) throws SQLException {
    select.getMoreResults();
    try (ResultSet result = Rows.next(select)) {
      result.next();
      return StoreRow.of(result);
    }
  }
}
