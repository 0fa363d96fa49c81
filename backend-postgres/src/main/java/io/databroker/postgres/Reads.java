package io.databroker.postgres;

import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads that take one statement each. */
final class Reads {
  static final String STORE_ROW = "SELECT " + StoreRow.COLUMNS + " FROM store s";

  /** The newest row of a key is its live record, if it has one. */
  private static final String GET =
      "SELECT r.version, r.payload, r.modified_at, r.deleted FROM record r"
          + " WHERE r.type = ? AND r.id = ?"
          + " AND r.version + 0 > (SELECT cleared FROM store) ORDER BY r.version + 0 DESC LIMIT 1";

  private static final String TYPES =
      "SELECT "
          + StoreRow.COLUMNS
          + ", CASE WHEN s.history <> ? OR s.types_epoch <> ?"
          + " THEN ARRAY(SELECT t.type FROM type_count t ORDER BY t.type) END FROM store s";

  private static final String CHECKPOINT = "SELECT server_version, record_version FROM checkpoint";

  private record KnownTypes(long history, long epoch, List<String> types) {}

  private final Sessions sessions;
  private final OptionsTable options;
  private final Tail tail;
  private volatile KnownTypes knownTypes = new KnownTypes(-1, -1, List.of());

  Reads(Sessions sessions, OptionsTable options, Tail tail) {
    this.sessions = sessions;
    this.options = options;
    this.tail = tail;
  }

  StoreRow storeRow() {
    return published(sessions.read(Reads::storeRow));
  }

  static StoreRow storeRow(Connection connection) throws SQLException {
    return new Sql(connection, STORE_ROW).readRow(StoreRow::of);
  }

  /** Reads the bounds as the next result of several statements. */
  static StoreRow storeRow(PreparedStatement select) throws SQLException {
    select.getMoreResults();
    try (ResultSet result = Rows.next(select)) {
      result.next();
      return StoreRow.of(result);
    }
  }

  private StoreRow published(StoreRow row) {
    tail.publish(row);
    return row;
  }

  @Nullable StoredRecord get(String type, String id) {
    if (!Key.canBeStored(type, id)) {
      return null;
    }
    return sessions.read(connection -> get(connection, type, id)).orElse(null);
  }

  private static Optional<StoredRecord> get(Connection connection, String type, String id)
      throws SQLException {
    return new Sql(connection, GET, type, id)
        .read(
            result -> {
              if (!result.next() || result.getBoolean(4)) {
                return Optional.empty();
              }
              Bytes payload = Bytes.copyOf(result.getBytes(2));
              Instant time = Rows.instant(result.getLong(3));
              return Optional.of(
                  new StoredRecord(type, id, result.getLong(1), payload, time, false));
            });
  }

  /** Reads the names only if they have changed since the last read. */
  List<String> listTypes() {
    KnownTypes known = knownTypes;
    KnownTypes now =
        sessions.read(
            connection ->
                new Sql(connection, TYPES, known.history, known.epoch)
                    .readRow(result -> types(result, known)));
    if (now.epoch != known.epoch || now.history != known.history) {
      knownTypes = now;
    }
    return now.types;
  }

  private static KnownTypes types(ResultSet result, KnownTypes known) throws SQLException {
    StoreRow row = StoreRow.of(result);
    var names = result.getArray(StoreRow.WIDTH + 1);
    return names == null
        ? known
        : new KnownTypes(row.history(), row.typesEpoch(), List.of((String[]) names.getArray()));
  }

  Map<String, TypeOptions> options() {
    OptionsTable.Answer answer = sessions.read(options::read);
    published(answer.row());
    return answer.options().byType();
  }

  Checkpoint checkpoint() {
    return sessions.read(
        connection ->
            new Sql(connection, CHECKPOINT)
                .read(
                    result ->
                        result.next()
                            ? new Checkpoint(result.getLong(1), result.getLong(2))
                            : Checkpoint.NONE));
  }
}
