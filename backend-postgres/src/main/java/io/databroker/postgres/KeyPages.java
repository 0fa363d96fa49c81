package io.databroker.postgres;

import io.databroker.api.StoredRecord;
import io.databroker.postgres.StoredSnapshot.Place;
import io.databroker.postgres.StoredSnapshot.Read;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records at one version, or those of one type, in the order of their keys. At one
 * version a key has at most one live record.
 *
 * <p>A statement looks at a bounded number of versions, since a key that is rewritten all the time
 * has many of them. If such a statement ends among the versions of a key, the next one begins just
 * before the version that was live.
 */
final class KeyPages implements StoredSnapshot.Pages {
  /** The number of versions that a statement looks at. */
  static final int STEP = 2_000;

  /** The last version of a key at the version of the snapshot. */
  static final String LAST =
      "SELECT x.version FROM record x WHERE x.type = ? AND x.id = ? AND x.version + 0 <= ?"
          + " ORDER BY x.version + 0 DESC LIMIT 1";

  private final StoreRow row;
  private final @Nullable String type;
  private final String sql;

  KeyPages(StoreRow row, @Nullable String type) {
    this.row = row;
    this.type = type;
    this.sql = sql(type);
  }

  /**
   * Returns the statement that reads a page: its records, and the last version that it looked at.
   */
  static String sql(@Nullable String type) {
    String where =
        type == null
            ? "(r.type, r.id, r.version + 0) > (?, ?, ?)"
            : "r.type = ? AND (r.id, r.version + 0) > (?, ?)";
    String order = type == null ? "%1$s.type, %1$s.id, %1$s." : "%1$s.id, %1$s.";
    return "SELECT "
        + Rows.COLUMNS
        + ", r.live, r.place FROM ("
        + "SELECT x.*, sum(x.size) OVER w - x.size AS before, count(*) OVER w AS place,"
        + " lead(x.version) OVER w IS NULL AS last FROM ("
        + "SELECT z.*, CASE WHEN z.live THEN octet_length(z.payload) ELSE 0 END AS size FROM ("
        + "SELECT r.*, r.version + 0 AS number, r.version <= ? AND r.version > ? AND NOT r.deleted"
        + " AND (r.replaced_by IS NULL OR r.replaced_by > ?) AS live FROM record r WHERE "
        + where
        + " ORDER BY "
        + order.replace("%1$s", "r")
        + "version + 0 LIMIT "
        + STEP
        + ") z) x WINDOW w AS (ORDER BY "
        + order.replace("%1$s", "x")
        + "number ROWS UNBOUNDED PRECEDING)"
        + ") r WHERE (r.live OR r.last) AND r.before < ? ORDER BY "
        + order.replace("%1$s", "r")
        + "number LIMIT ?";
  }

  @Override
  public Read read(Connection connection, Place behind, int most) throws SQLException {
    List<StoredRecord> records = new ArrayList<>();
    Place end = null;
    boolean isLive = true;
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setLong(1, row.latest());
      select.setLong(2, row.cleared());
      select.setLong(3, row.latest());
      select.setString(4, type == null ? behind.type() : type);
      select.setString(5, behind.id());
      select.setLong(6, behind.version());
      select.setLong(7, StoredSnapshot.PAGE_BYTES);
      select.setInt(8, most);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          isLive = result.getBoolean(7);
          if (isLive) {
            records.add(Rows.record(result, 1));
          }
          end =
              isLive || result.getLong(8) == STEP
                  ? new Place(result.getString(2), result.getString(3), result.getLong(1))
                  : null;
        }
      }
    }
    return new Read(records, end == null || isLive ? end : skip(connection, end));
  }

  /** Skips the versions of a key except the one that was live. */
  private Place skip(Connection connection, Place end) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(LAST)) {
      select.setString(1, end.type());
      select.setString(2, end.id());
      select.setLong(3, row.latest());
      try (ResultSet result = select.executeQuery()) {
        boolean isAhead = result.next() && result.getLong(1) > end.version();
        // Otherwise the key has no further version that can be live.
        long version = isAhead ? result.getLong(1) - 1 : Long.MAX_VALUE;
        return new Place(end.type(), end.id(), version);
      }
    }
  }
}
