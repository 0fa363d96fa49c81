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
  private static final String COLUMNS =
      "SELECT " + PageRows.columns("true") + ", r.deleted, r.batch FROM record r";

  private static final String PAGE =
      COLUMNS + " WHERE r.version > ? ORDER BY r.version LIMIT ?; " + Reads.STORE_ROW;

  private static final String REST =
      COLUMNS + " WHERE r.version > ? AND r.version <= ? ORDER BY r.version; " + Reads.STORE_ROW;

  private static final String NEXT_OF_TYPE =
      "SELECT r.version FROM record r WHERE r.type COLLATE \"POSIX\" = ?"
          + " AND r.version + 0 > ? AND r.version + 0 <= ? ORDER BY r.version + 0 LIMIT 1";

  /**
   * The page after a version, and the bounds read after the page.
   *
   * @param page null if no change follows that version, or the changes are no longer held
   */
  record Answer(StoreRow row, @Nullable Page page) {}

  private final Connection connection;
  private final PageRows rows = new PageRows();

  /** For each batch, the index after its last record. */
  private final List<Integer> ends = new ArrayList<>();

  /** The version of the last row. */
  private long last;

  /** The end of the batch of the last row. */
  private long lastEnd;

  private PageReader(Connection connection) {
    this.connection = connection;
  }

  /** Returns the next version of the given type, or the last version plus 1 if there is none. */
  static long nextOfType(Connection connection, String type, long after, long latest)
      throws SQLException {
    return new Sql(connection, NEXT_OF_TYPE, type, after, latest)
        .read(result -> result.next() ? result.getLong(1) : latest + 1);
  }

  static Answer read(Connection connection, long after) throws SQLException {
    PageReader page = new PageReader(connection);
    StoreRow row = page.read(PAGE, after, PageRows.MOST_ROWS);
    if (page.ends.isEmpty() && page.rows.size() > 0) {
      row = page.read(REST, page.last, page.lastEnd);
    }
    return page.answer(row, after);
  }

  /** Reads rows up to the end of a batch that fills the page; returns the bounds after that. */
  private StoreRow read(String sql, long after, long most) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setLong(1, after);
      select.setLong(2, most);
      select.execute();
      try (ResultSet result = Rows.next(select)) {
        while (result.next()) {
          rows.add(result, result.getBoolean(PageRows.WIDTH + 1));
          last = result.getLong(1);
          lastEnd = result.getLong(PageRows.WIDTH + 2);
          if (last == lastEnd) {
            ends.add(rows.size());
            if (rows.isFull()) {
              break;
            }
          }
        }
      }
      return Reads.storeRow(select);
    }
  }

  private Answer answer(StoreRow row, long after) throws SQLException {
    if (ends.isEmpty()) {
      return new Answer(row, null);
    }
    rows.cut(ends.get(ends.size() - 1));
    StoreRow now = rows.complete(connection, row);
    List<List<StoredRecord>> batches = new ArrayList<>(ends.size());
    int from = 0;
    for (int end : ends) {
      batches.add(rows.records().subList(from, end));
      from = end;
    }
    boolean isHeld = now.earliest() <= after + 1;
    return new Answer(now, isHeld ? Page.of(now.serverVersion(), batches) : null);
  }
}
