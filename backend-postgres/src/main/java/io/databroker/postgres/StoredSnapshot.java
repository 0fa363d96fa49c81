package io.databroker.postgres;

import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The records at one version, read in pages. It holds nothing on the server: its rows stay as long
 * as the changes after its version are held, which each page checks.
 */
final class StoredSnapshot implements Snapshot {
  private static final int PAGE_ROWS = 1_000;

  /** A page ends with the record that reaches this size. */
  static final long PAGE_BYTES = 1 << 20;

  /** Reads pages, each after the last record of the previous one. */
  interface Pages {

    /**
     * Returns the page after a record.
     *
     * @param behind null for the first page
     */
    List<StoredRecord> read(Connection connection, @Nullable StoredRecord behind, int most)
        throws SQLException;
  }

  private final Sessions sessions;
  private final Tail tail;
  private final CallGate gate;
  private final StoreRow row;
  private final Map<String, TypeOptions> options;
  private final Pages pages;
  private volatile boolean closed;

  StoredSnapshot(Store store, StoreRow row, Map<String, TypeOptions> options, Pages pages) {
    this.sessions = store.sessions();
    this.tail = store.tail();
    this.gate = store.gate();
    this.row = row;
    this.options = options;
    this.pages = pages;
  }

  @Override
  public Position position() {
    return row.versions().end();
  }

  @Override
  public Map<String, TypeOptions> options() {
    return options;
  }

  @Override
  public Iterator<StoredRecord> records() {
    check();
    return new Pass();
  }

  private void check() {
    gate.check();
    if (closed) {
      throw new ClosedException("snapshot");
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  private List<StoredRecord> page(@Nullable StoredRecord behind) {
    gate.enter();
    try {
      return sessions.read(
          connection -> {
            List<StoredRecord> page = pages.read(connection, behind, PAGE_ROWS);
            StoreRow after = Reads.storeRow(connection);
            if (after.history() != row.history() || after.earliest() > row.latest() + 1) {
              tail.publish(after);
              throw new SnapshotExpiredException(row.latest());
            }
            return page;
          });
    } finally {
      gate.leave();
    }
  }

  /** Iterator over the pages. */
  private final class Pass implements Iterator<StoredRecord> {
    private List<StoredRecord> page = List.of();
    private int next;
    private boolean isLast;

    @Override
    public boolean hasNext() {
      check();
      while (next == page.size() && !isLast) {
        List<StoredRecord> read = page(page.isEmpty() ? null : page.get(page.size() - 1));
        isLast = read.isEmpty();
        page = isLast ? page : read;
        next = isLast ? page.size() : 0;
      }
      return next < page.size();
    }

    @Override
    public StoredRecord next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return page.get(next++);
    }
  }

  /**
   * Returns the statement that reads a page of all records, or of those of one type. At one version
   * a key has one record, so the key orders them.
   */
  static String sql(@Nullable String type) {
    String where = type == null ? "(x.type, x.id) > (?, ?)" : "x.type = ? AND x.id > ?";
    String order = type == null ? "type, id" : "id";
    return "SELECT "
        + Rows.COLUMNS
        + " FROM ("
        + "SELECT x.*, sum(octet_length(x.payload)) OVER (ORDER BY "
        + order
        + " ROWS UNBOUNDED PRECEDING) - octet_length(x.payload) AS before FROM ("
        + "SELECT * FROM record x WHERE "
        + where
        + " AND x.version <= ? AND x.version > ? AND NOT x.deleted"
        + " AND (x.replaced_by IS NULL OR x.replaced_by > ?)"
        + " ORDER BY "
        + order
        + " LIMIT ?) x) r WHERE r.before < ? ORDER BY "
        + order;
  }

  /** Reads all records, or those of one type, in the order of their keys. */
  static Pages byKey(StoreRow row, @Nullable String type) {
    String sql = sql(type);
    return (connection, behind, most) -> {
      try (PreparedStatement select = connection.prepareStatement(sql)) {
        select.setString(1, type != null ? type : behind == null ? "" : behind.type());
        select.setString(2, behind == null ? "" : behind.id());
        select.setLong(3, row.latest());
        select.setLong(4, row.cleared());
        select.setLong(5, row.latest());
        select.setInt(6, most);
        select.setLong(7, PAGE_BYTES);
        return records(select);
      }
    };
  }

  static List<StoredRecord> records(PreparedStatement select) throws SQLException {
    List<StoredRecord> records = new ArrayList<>();
    try (ResultSet result = select.executeQuery()) {
      while (result.next()) {
        records.add(Rows.record(result, 1));
      }
    }
    return records;
  }
}
