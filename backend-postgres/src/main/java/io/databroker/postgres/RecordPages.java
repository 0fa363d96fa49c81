package io.databroker.postgres;

import io.databroker.postgres.StoredSnapshot.Place;
import io.databroker.postgres.StoredSnapshot.Read;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records at one version, or those of one type. At one version a key has at most one live
 * record.
 *
 * <p>A short history is read in the order of its versions, which is the order of the table. A long
 * history is read in the order of keys. A key that is rewritten all the time has many versions, so
 * a statement looks at a bounded number of them. If it ends among the versions of a key, the next
 * statement begins just before the version that was live.
 */
final class RecordPages implements StoredSnapshot.Pages {

  /** Order in which the records are read. */
  enum Order {
    VERSIONS,
    KEYS
  }

  private static final String LIVE =
      "SELECT coalesce(sum(live), 0)::bigint FROM type_count WHERE type = ? OR ?";

  /** The last version of a key at the version of the snapshot. */
  static final String LAST =
      "SELECT x.version FROM record x WHERE x.type = ? AND x.id = ? AND x.version + 0 <= ?"
          + " ORDER BY x.version + 0 DESC LIMIT 1";

  private final StoreRow row;
  private final @Nullable String type;
  private final Order order;
  private final String sql;

  RecordPages(StoreRow row, @Nullable String type, Order order) {
    this.row = row;
    this.type = type;
    this.order = order;
    this.sql = sql(type, order);
  }

  /**
   * Chooses the order. A history has at most two rows that are not live for each of its versions. A
   * short history has no more versions than live records, so at least a third of its rows are live.
   */
  static RecordPages choose(Connection connection, StoreRow row, @Nullable String type)
      throws SQLException {
    long live = new Sql(connection, LIVE, type, type == null).readRow(result -> result.getLong(1));
    long history = row.latest() - row.earliest() + 1;
    return new RecordPages(row, type, history <= live ? Order.VERSIONS : Order.KEYS);
  }

  Order order() {
    return order;
  }

  /** Returns the statement that reads a page: the rows of live records, and the keys of others. */
  static String sql(@Nullable String type, Order order) {
    String where;
    String by;
    if (order == Order.VERSIONS) {
      by = type == null ? "x.version" : "x.version + 0";
      where =
          (type == null ? "" : "x.type COLLATE \"POSIX\" = ? AND ")
              + by
              + " > ? AND "
              + by
              + " <= ?";
    } else {
      by = type == null ? "x.type, x.id, x.version + 0" : "x.id, x.version + 0";
      where = type == null ? "(" + by + ") > (?, ?, ?)" : "x.type = ? AND (" + by + ") > (?, ?)";
    }
    return "SELECT "
        + PageRows.columns("r.live")
        + " FROM ("
        + "SELECT x.*, x.version <= ? AND x.version > ? AND NOT x.deleted"
        + " AND (x.replaced_by IS NULL OR x.replaced_by > ?) AS live FROM record x WHERE "
        + where
        + " ORDER BY "
        + by
        + " LIMIT ?) r";
  }

  @Override
  public Read read(Connection connection, Place behind, int most) throws SQLException {
    PageRows rows = new PageRows();
    Place end = null;
    boolean isLive = true;
    int seen = 0;
    StoreRow after;
    try (PreparedStatement select = connection.prepareStatement(sql + "; " + Reads.STORE_ROW)) {
      bind(select, behind, most);
      select.execute();
      try (ResultSet result = Rows.next(select)) {
        while (!rows.isFull() && result.next()) {
          seen++;
          isLive = rows.add(result, false);
          if (seen == most || rows.isFull()) {
            end = new Place(result.getString(2), result.getString(3), result.getLong(1));
          }
        }
      }
      after = Reads.storeRow(select);
    }
    if (end != null && !isLive && order == Order.KEYS) {
      end = skip(connection, end);
    }
    after = rows.complete(connection, after);
    return new Read(rows.records(), end, rows.isFull(), after);
  }

  private void bind(PreparedStatement select, Place behind, int most) throws SQLException {
    int at = 0;
    select.setLong(++at, row.latest());
    select.setLong(++at, row.cleared());
    select.setLong(++at, row.latest());
    if (type != null || order == Order.KEYS) {
      select.setString(++at, type == null ? behind.type() : type);
    }
    if (order == Order.KEYS) {
      select.setString(++at, behind.id());
      select.setLong(++at, behind.version());
    } else {
      select.setLong(++at, Math.max(row.cleared(), behind.version()));
      select.setLong(++at, row.latest());
    }
    select.setInt(++at, most);
  }

  /** Skips the versions of a key except the one that was live. */
  private Place skip(Connection connection, Place end) throws SQLException {
    long last =
        new Sql(connection, LAST, end.type(), end.id(), row.latest())
            .read(result -> result.next() ? result.getLong(1) : 0);
    // Otherwise the key has no further version that can be live.
    long version = last > end.version() ? last - 1 : Long.MAX_VALUE;
    return new Place(end.type(), end.id(), version);
  }
}
