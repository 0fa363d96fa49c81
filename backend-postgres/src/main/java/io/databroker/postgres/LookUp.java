package io.databroker.postgres;

import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.postgres.StoredSnapshot.Place;
import io.databroker.postgres.StoredSnapshot.Read;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Finds records by the values of indexed fields. One statement finds the bounds, all versions and
 * the payloads of the first ones; the other payloads are read in pages, by version. Both are
 * bounded in number and in bytes.
 */
final class LookUp {
  private static final int FIRST = 500;

  /** A page ends with the record that reaches this size. */
  static final long PAGE_BYTES = 1 << 20;

  static final String FIND =
      "SELECT "
          + StoreRow.COLUMNS
          + ", r.version, r.type, r.id, CASE WHEN r.place <= ? AND r.before < ? THEN r.payload END,"
          + " r.modified_at, r.deleted FROM store s LEFT JOIN LATERAL (SELECT y.*, row_number()"
          + " OVER (ORDER BY y.version) AS place, sum(octet_length(y.payload)) OVER (ORDER BY"
          + " y.version ROWS UNBOUNDED PRECEDING) - octet_length(y.payload) AS before FROM (SELECT"
          + " * FROM record x WHERE x.version = ANY (ARRAY(SELECT i.version FROM indexed_value i"
          + " WHERE i.digest = ANY (?)))) y WHERE y.type = ? AND y.version > s.cleared AND"
          + " y.replaced_by IS NULL AND NOT y.deleted) r ON true ORDER BY r.version";

  private static final String BY_VERSION =
      "SELECT "
          + Rows.COLUMNS
          + " FROM (SELECT x.*, sum(octet_length(x.payload)) OVER (ORDER BY x.version"
          + " ROWS UNBOUNDED PRECEDING) - octet_length(x.payload) AS before"
          + " FROM record x WHERE x.version = ANY (?)) r WHERE r.before < ? ORDER BY r.version";

  /**
   * Result of a look-up: the records that the first statement read, and the versions of the others.
   */
  private record Found(StoreRow row, List<StoredRecord> records, List<Long> rest) {}

  private final Store store;
  private final Selection.Where where;

  LookUp(Store store, Selection.Where where) {
    this.store = store;
    this.where = where;
  }

  Snapshot open() {
    Deadline deadline = store.sessions().deadline();
    while (true) {
      OptionsTable.Known options = store.options().latest();
      if (!store.index().isCurrent(options, where.type())) {
        rebuild(deadline);
        options = store.sessions().read(deadline, store.options()::read).options();
      }
      List<UUID> digests = digests(options);
      Found found = store.sessions().read(deadline, connection -> find(connection, digests));
      if (options.isCurrent(found.row)) {
        store.tail().publish(found.row);
        return new StoredSnapshot(store, found.row, options.byType(), pages(found));
      }
      store.sessions().read(deadline, store.options()::read);
    }
  }

  private void rebuild(Deadline deadline) {
    Set<String> behind;
    do {
      store.index().ahead(store, where.type(), deadline);
      behind =
          store
              .transactions()
              .write(
                  deadline,
                  tx -> {
                    tx.lock();
                    OptionsTable.Known known = store.options().underLock(tx);
                    return store.index().current(tx, known, Set.of(where.type())).behind();
                  });
    } while (!behind.isEmpty());
  }

  private List<UUID> digests(OptionsTable.Known options) {
    List<String> fields = options.of(where.type()).indexedFields();
    List<UUID> digests = new ArrayList<>();
    for (FieldValue term : where.anyOf()) {
      if (fields.contains(term.field())) {
        digests.add(store.digests().of(where.type(), term.field(), term.value()));
      }
    }
    return digests;
  }

  private Found find(Connection connection, List<UUID> digests) throws SQLException {
    Object all = connection.createArrayOf("uuid", digests.toArray(new UUID[0]));
    return new Sql(connection, FIND, FIRST, PAGE_BYTES, all, where.type()).readRow(LookUp::found);
  }

  private static Found found(ResultSet result) throws SQLException {
    List<StoredRecord> records = new ArrayList<>();
    List<Long> rest = new ArrayList<>();
    StoreRow row = StoreRow.of(result);
    int at = StoreRow.WIDTH + 1;
    do {
      long version = result.getLong(at);
      if (version != 0 && result.getBytes(at + 3) == null) {
        rest.add(version);
      } else if (version != 0) {
        records.add(Rows.record(result, at));
      }
    } while (result.next());
    return new Found(row, records, rest);
  }

  private static StoredSnapshot.Pages pages(Found found) {
    long[] rest = found.rest.stream().mapToLong(Long::longValue).toArray();
    List<StoredRecord> first = List.copyOf(found.records);
    return (connection, behind, most) -> {
      if (behind.version() == 0 && !first.isEmpty()) {
        Place next = Place.behind(first.get(first.size() - 1));
        return new Read(first, rest.length == 0 ? null : next, false, found.row);
      }
      int from = Arrays.binarySearch(rest, behind.version() + 1);
      from = from < 0 ? -from - 1 : from;
      long[] versions = Arrays.copyOfRange(rest, from, Math.min(rest.length, from + most));
      List<StoredRecord> page = versions.length == 0 ? List.of() : byVersion(connection, versions);
      Place next = page.isEmpty() ? null : Place.behind(page.get(page.size() - 1));
      return new Read(page, next, false, Reads.storeRow(connection));
    };
  }

  private static List<StoredRecord> byVersion(Connection connection, long[] versions)
      throws SQLException {
    List<StoredRecord> records = new ArrayList<>();
    new Sql(connection, BY_VERSION, RowWriter.numbers(connection, versions), PAGE_BYTES)
        .readRows(row -> records.add(Rows.record(row, 1)));
    return records;
  }
}
