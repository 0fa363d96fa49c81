package io.databroker.postgres;

import io.databroker.api.CodePointOrder;
import io.databroker.api.TypeOptions;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Cache of the options of all types, valid while the epoch in the store row is unchanged. */
final class OptionsTable {

  /**
   * The options at one epoch.
   *
   * @param fingerprints for each type with indexed fields, the fingerprint of the function that
   *     found their values
   */
  record Known(
      long history, long epoch, Map<String, TypeOptions> byType, Map<String, String> fingerprints) {

    TypeOptions of(String type) {
      return byType.getOrDefault(type, TypeOptions.NONE);
    }

    /** Returns these options after the index of a type was rebuilt; not to be cached. */
    Known rebuilt(String type, String fingerprint) {
      Map<String, String> changed = new HashMap<>(fingerprints);
      changed.put(type, fingerprint);
      return new Known(history, epoch + 1, byType, changed);
    }

    boolean isCurrent(StoreRow row) {
      return history == row.history() && epoch == row.optionsEpoch();
    }
  }

  /**
   * Returns the options only if the caller's epoch is outdated, and always at least one row, which
   * has the bounds.
   */
  static final String SELECT =
      "SELECT "
          + StoreRow.COLUMNS
          + ", o.type, o.capacity, o.ttl_seconds, o.ttl_nanos, o.fields, o.fingerprint"
          + " FROM store s LEFT JOIN type_option o ON s.history <> ? OR s.options_epoch <> ?";

  private volatile Known latest = new Known(-1, -1, Map.of(), Map.of());

  Known latest() {
    return latest;
  }

  /** The options and the bounds, read at one instant. */
  record Answer(StoreRow row, Known options) {}

  /** Reads the bounds, and also the options if the options have changed. */
  Answer read(Connection connection) throws SQLException {
    Known known = latest;
    return new Sql(connection, SELECT, known.history, known.epoch)
        .readRow(
            result -> {
              StoreRow row = StoreRow.of(result);
              if (known.isCurrent(row)) {
                return new Answer(row, known);
              }
              Known read = read(result, row);
              latest = read; // an older copy only costs the next reader a round trip
              return new Answer(row, read);
            });
  }

  /** Returns the options that are in force under the lock. */
  Known underLock(Tx tx) throws SQLException {
    Known known = latest;
    return known.isCurrent(tx.row()) ? known : read(tx.connection).options();
  }

  private static Known read(ResultSet result, StoreRow row) throws SQLException {
    Map<String, TypeOptions> byType = new TreeMap<>(CodePointOrder.INSTANCE);
    Map<String, String> fingerprints = new HashMap<>();
    int at = StoreRow.WIDTH;
    do {
      String type = result.getString(at + 1);
      if (type != null) {
        byType.put(type, options(result, at));
        fingerprints.put(type, result.getString(at + 6));
      }
    } while (result.next());
    return new Known(
        row.history(), row.optionsEpoch(), Collections.unmodifiableMap(byType), fingerprints);
  }

  private static TypeOptions options(ResultSet result, int at) throws SQLException {
    long capacity = result.getLong(at + 2);
    boolean limited = !result.wasNull();
    long seconds = result.getLong(at + 3);
    Duration ttl = result.wasNull() ? null : Duration.ofSeconds(seconds, result.getInt(at + 4));
    Array fields = result.getArray(at + 5);
    return new TypeOptions(limited ? capacity : null, ttl, List.of((String[]) fields.getArray()));
  }

  /** Stores the options of a type in the transaction. */
  static void write(Tx tx, String type, TypeOptions options, String fingerprint)
      throws SQLException {
    Connection connection = tx.connection;
    new Sql(connection, "DELETE FROM type_option WHERE type = ?", type).execute();
    if (!options.isEmpty()) {
      Duration ttl = options.ttl();
      new Sql(
              connection,
              "INSERT INTO type_option VALUES (?, ?, ?, ?, ?, ?)",
              type,
              options.capacity(),
              ttl == null ? null : ttl.getSeconds(),
              ttl == null ? null : ttl.getNano(),
              connection.createArrayOf("text", options.indexedFields().toArray(new String[0])),
              fingerprint)
          .execute();
    }
    new Sql(connection, "UPDATE store SET options_epoch = options_epoch + 1").execute();
  }
}
