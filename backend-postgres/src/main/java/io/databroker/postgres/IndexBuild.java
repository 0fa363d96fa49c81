package io.databroker.postgres;

import io.databroker.api.Bytes;
import io.databroker.api.TypeOptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Indexes records that are already stored. The digests of a version never change, and no query uses
 * a field before the options name it, so most digests are added in advance, without the lock.
 */
final class IndexBuild {
  private static final int PAGE = 500;

  private static final String LIVE =
      """
      SELECT r.version, r.id, r.payload FROM record r
      WHERE r.type COLLATE "POSIX" = ? AND r.version + 0 > ?
        AND r.version + 0 > (SELECT cleared FROM store)
        AND r.replaced_by IS NULL AND NOT r.deleted
      ORDER BY r.version + 0 LIMIT ?""";

  private interface Values {
    List<UUID> of(String id, Bytes payload);
  }

  private final Digests digests;

  IndexBuild(Digests digests) {
    this.digests = digests;
  }

  /**
   * Indexes a page of the live records of a type after that version.
   *
   * @return the last version of the page, or -1 if it is the last page
   */
  long page(Connection connection, String type, List<String> fields, long behind)
      throws SQLException {
    return page(
        connection, type, behind, (id, payload) -> digests.ofStored(type, id, payload, fields));
  }

  private static long page(Connection connection, String type, long behind, Values values)
      throws SQLException {
    List<UUID> found = new ArrayList<>();
    List<Long> versions = new ArrayList<>();
    int rows = 0;
    long last = behind;
    try (PreparedStatement select = connection.prepareStatement(LIVE)) {
      select.setString(1, type);
      select.setLong(2, behind);
      select.setInt(3, PAGE);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          rows++;
          last = result.getLong(1);
          for (UUID digest : values.of(result.getString(2), Bytes.copyOf(result.getBytes(3)))) {
            found.add(digest);
            versions.add(last);
          }
        }
      }
    }
    if (!found.isEmpty()) {
      RowWriter.index(connection, found, versions);
    }
    return rows < PAGE ? -1 : last;
  }

  /**
   * Rebuilds the index of each of these types whose values another extraction function found, and
   * returns the options (INDEX-6).
   */
  OptionsTable.Known current(Tx tx, OptionsTable.Known known, Set<String> types)
      throws SQLException {
    OptionsTable.Known current = known;
    for (String type : types) {
      TypeOptions options = known.of(type);
      if (!isCurrent(known, type)) {
        long behind = 0;
        while (behind >= 0) {
          behind =
              page(
                  tx.connection,
                  type,
                  behind,
                  (id, payload) -> digests.ofReopened(type, payload, options.indexedFields()));
        }
        OptionsTable.write(tx, type, options, digests.fingerprint());
        tx.markWritten();
        current = current.rebuilt(type, digests.fingerprint());
      }
    }
    return current;
  }

  /** Returns whether this host's extraction function found the values of that type. */
  boolean isCurrent(OptionsTable.Known known, String type) {
    return known.of(type).indexedFields().isEmpty()
        || digests.fingerprint().equals(known.fingerprints().get(type));
  }
}
