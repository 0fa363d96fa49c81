package io.databroker.postgres;

import io.databroker.api.Versions;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The bounds of the history, as read from the store row.
 *
 * @param history the number of the history; rises with each new one
 * @param cleared the last version that a clear removed; rows up to it are ignored
 * @param typesEpoch rises when the list of types changes
 * @param optionsEpoch rises when the options change
 */
record StoreRow(
    long history,
    long serverVersion,
    long earliest,
    long latest,
    long cleared,
    long typesEpoch,
    long optionsEpoch) {

  /** The columns that {@link #of} reads, of a table named s. */
  static final String COLUMNS =
      "s.history, s.server_version, s.earliest, s.latest, s.cleared, s.types_epoch,"
          + " s.options_epoch";

  /** The number of these columns. */
  static final int WIDTH = 7;

  /** Reads the first columns of the current row. */
  static StoreRow of(ResultSet row) throws SQLException {
    return new StoreRow(
        row.getLong(1),
        row.getLong(2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7));
  }

  /** Returns the bounds after further writes. */
  StoreRow upTo(long version) {
    return new StoreRow(
        history, serverVersion, earliest, version, cleared, typesEpoch, optionsEpoch);
  }

  /** Returns the bounds after a trim. */
  StoreRow from(long first) {
    return new StoreRow(history, serverVersion, first, latest, cleared, typesEpoch, optionsEpoch);
  }

  Versions versions() {
    return new Versions(serverVersion, earliest, latest);
  }

  /** Returns whether this row belongs to the same history as the other row, or to a later one. */
  boolean isNoOlderThan(StoreRow other) {
    return history > other.history
        || (history == other.history && latest >= other.latest && earliest >= other.earliest);
  }
}
