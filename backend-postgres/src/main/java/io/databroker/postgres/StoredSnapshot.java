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

  /** A place between two versions of a key. */
  record Place(String type, String id, long version) {
    static final Place FIRST = new Place("", "", 0);

    static Place behind(StoredRecord record) {
      return new Place(record.type(), record.id(), record.version());
    }
  }

  /**
   * Page of records, which may be empty before the last one.
   *
   * @param next the place after which the next page begins; null at the end
   */
  record Read(List<StoredRecord> records, @Nullable Place next) {}

  /** Reads pages, each after the end of the previous one. */
  interface Pages {
    Read read(Connection connection, Place behind, int most) throws SQLException;
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

  private Read page(Place behind) {
    gate.enter();
    try {
      return sessions.read(
          connection -> {
            Read page = pages.read(connection, behind, PAGE_ROWS);
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
    private Read page = new Read(List.of(), Place.FIRST);
    private int next;

    @Override
    public boolean hasNext() {
      check();
      Place behind = page.next;
      while (next == page.records.size() && behind != null) {
        check();
        page = page(behind);
        next = 0;
        behind = page.next;
      }
      return next < page.records.size();
    }

    @Override
    public StoredRecord next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return page.records.get(next++);
    }
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
