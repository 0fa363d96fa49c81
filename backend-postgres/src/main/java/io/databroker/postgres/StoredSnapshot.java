package io.databroker.postgres;

import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.sql.Connection;
import java.sql.SQLException;
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
  private static final int FEWEST_ROWS = 10;

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
   * @param full whether the page has fewer rows than asked for because of its size
   * @param after the bounds of the history, read after the records
   */
  record Read(List<StoredRecord> records, @Nullable Place next, boolean full, StoreRow after) {}

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

  /** Publishes the bounds of the history that it has read. */
  void publish() {
    tail.publish(row);
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

  private Read page(Place behind, int most) {
    gate.enter();
    try {
      Read page = sessions.read(connection -> pages.read(connection, behind, most));
      StoreRow after = page.after;
      if (after.history() != row.history() || after.earliest() > row.latest() + 1) {
        tail.publish(after);
        throw new SnapshotExpiredException(row.latest());
      }
      return page;
    } finally {
      gate.leave();
    }
  }

  /** Iterator over the pages. */
  private final class Pass implements Iterator<StoredRecord> {
    private Read page = new Read(List.of(), Place.FIRST, false, row);
    private int next;

    /** The number of rows to ask for: no more than fit, if they are large. */
    private int most = PageRows.MOST_ROWS;

    @Override
    public boolean hasNext() {
      check();
      Place behind = page.next;
      while (next == page.records.size() && behind != null) {
        check();
        read(behind);
        behind = page.next;
      }
      return next < page.records.size();
    }

    private void read(Place behind) {
      page = page(behind, most);
      next = 0;
      most =
          page.full
              ? Math.max(FEWEST_ROWS, page.records.size())
              : Math.min(PageRows.MOST_ROWS, 2 * most);
    }

    @Override
    public StoredRecord next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return page.records.get(next++);
    }
  }
}
