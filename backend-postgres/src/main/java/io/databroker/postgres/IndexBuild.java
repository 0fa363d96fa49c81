package io.databroker.postgres;

import io.databroker.api.Bytes;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Indexes records that are already stored. The digests of a version never change, and no query uses
 * a field before the options name it, so most digests are added in advance, without the lock. A
 * record that a page has read is not removed before the page is committed.
 *
 * <p>If another extraction function found the values of a type, the type is indexed again
 * (INDEX-6). A page that was committed is not repeated: a call whose time ends leaves the rest to
 * later calls.
 */
final class IndexBuild {
  /** The number of versions that a page looks at, most of which may have been replaced. */
  private static final int STEP = 2_000;

  /** Largest number of live records of a page. */
  private static final int PAGE = 500;

  /** A page ends with the live record that reaches this size. */
  private static final long PAGE_BYTES = 1 << 20;

  /** The number of pages that a call may add under the lock. */
  private static final int PAGES_UNDER_LOCK = 2;

  /**
   * Returns the live records of a page, and the last version that the page looked at. The next page
   * begins after that version, even if the version was replaced.
   */
  private static final String LIVE =
      """
      SELECT y.version, y.live, y.id, CASE WHEN y.live THEN y.payload END FROM (
        SELECT x.*, sum(x.size) OVER w - x.size AS before, lead(x.place) OVER w IS NULL AS last
        FROM (
          SELECT z.*, CASE WHEN z.live THEN octet_length(z.payload) ELSE 0 END AS size
          FROM (
            SELECT r.version, r.id, r.payload, r.version + 0 AS place,
              r.replaced_by IS NULL AND NOT r.deleted AS live
            FROM record r
            WHERE r.type COLLATE "POSIX" = ? AND r.version + 0 > ?
              AND r.version + 0 > (SELECT cleared FROM store)
            ORDER BY r.version + 0 LIMIT ?
          ) z
        ) x WINDOW w AS (ORDER BY x.place ROWS UNBOUNDED PRECEDING)
      ) y WHERE (y.live OR y.last) AND y.before < ? ORDER BY y.place LIMIT ?\
      """;

  /** A page: the last version that was looked at, and whether more may follow. */
  record Indexed(long through, boolean mayBeMore) {}

  /** The live records up to a version that this host's extraction function has indexed. */
  private record Progress(long history, List<String> fields, long through) {}

  /**
   * Options under the lock.
   *
   * @param behind the types whose index is still to be built by {@link #ahead}
   */
  record Current(OptionsTable.Known options, Set<String> behind) {}

  private interface Values {
    List<UUID> of(String id, Bytes payload);
  }

  private final Digests digests;
  private final Map<String, Progress> progress = new ConcurrentHashMap<>();
  private final ReentrantLock building = new ReentrantLock();

  IndexBuild(Digests digests) {
    this.digests = digests;
  }

  /** Indexes the next live records of a type after that version. */
  Indexed page(Connection connection, String type, List<String> fields, long behind)
      throws SQLException {
    return page(
        connection, type, behind, (id, payload) -> digests.ofStored(type, id, payload, fields));
  }

  private Indexed again(Connection connection, String type, List<String> fields, long behind)
      throws SQLException {
    return page(
        connection, type, behind, (id, payload) -> digests.ofReopened(type, payload, fields));
  }

  /**
   * Indexes a page in a transaction of several callers; an Error of the extraction function is left
   * to {@link #ahead}, which the callers of that type run.
   */
  private Indexed againForOthers(
      Connection connection, String type, List<String> fields, long behind) throws SQLException {
    return page(
        connection,
        type,
        behind,
        (id, payload) -> {
          try {
            return digests.ofReopened(type, payload, fields);
          } catch (Error failure) {
            throw new IndexBehindException(type);
          }
        });
  }

  private static Indexed page(Connection connection, String type, long behind, Values values)
      throws SQLException {
    List<UUID> found = new ArrayList<>();
    List<Long> versions = new ArrayList<>();
    long last = behind;
    try (PreparedStatement select = connection.prepareStatement(LIVE)) {
      select.setString(1, type);
      select.setLong(2, behind);
      select.setInt(3, STEP);
      select.setLong(4, PAGE_BYTES);
      select.setInt(5, PAGE);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          last = result.getLong(1);
          if (result.getBoolean(2)) {
            for (UUID digest : values.of(result.getString(3), Bytes.copyOf(result.getBytes(4)))) {
              found.add(digest);
              versions.add(last);
            }
          }
        }
      }
    }
    if (!found.isEmpty()) {
      RowWriter.index(connection, found, versions);
    }
    return new Indexed(last, last != behind);
  }

  /**
   * Completes the index of each of these types whose values another extraction function found,
   * unless much of it is missing.
   */
  Current current(Tx tx, OptionsTable.Known known, Set<String> types) throws SQLException {
    OptionsTable.Known current = known;
    Set<String> behind = new HashSet<>();
    for (String type : types) {
      if (isCurrent(known, type)) {
        continue;
      }
      TypeOptions options = known.of(type);
      Indexed done = new Indexed(reached(known, type), true);
      try {
        for (int pages = 0; done.mayBeMore() && pages <= PAGES_UNDER_LOCK; pages++) {
          done = againForOthers(tx.connection, type, options.indexedFields(), done.through());
        }
      } catch (IndexBehindException failure) {
        behind.add(type);
        continue;
      }
      if (done.mayBeMore()) {
        behind.add(type);
      } else {
        OptionsTable.write(tx, type, options, digests.fingerprint());
        tx.markWritten();
        current = current.rebuilt(type, digests.fingerprint());
      }
    }
    return new Current(current, behind);
  }

  /**
   * Builds the index of a type without the lock, if another extraction function found its values.
   *
   * @throws UnavailableException if the time of the call ends before; a later call continues
   */
  void ahead(Store store, String type, Deadline deadline) {
    if (!isTurn(deadline)) {
      throw unfinished(type, null);
    }
    try {
      OptionsTable.Known known = store.sessions().read(deadline, store.options()::read).options();
      boolean mayBeMore = !isCurrent(known, type);
      while (mayBeMore) {
        store.gate().check();
        mayBeMore = pageAhead(store, known, type, deadline);
      }
    } finally {
      building.unlock();
    }
  }

  private boolean pageAhead(Store store, OptionsTable.Known known, String type, Deadline deadline) {
    List<String> fields = known.of(type).indexedFields();
    long behind = reached(known, type);
    try {
      Indexed done =
          store
              .transactions()
              .write(
                  deadline,
                  tx -> {
                    tx.keepRecords();
                    tx.begin();
                    tx.markWritten();
                    return again(tx.connection, type, fields, behind);
                  });
      progress.put(type, new Progress(known.history(), fields, done.through()));
      return done.mayBeMore();
    } catch (OutcomeUnknownException | UnavailableException failure) {
      throw deadline.isOver() ? unfinished(type, failure) : failure;
    }
  }

  private static UnavailableException unfinished(String type, @Nullable Throwable cause) {
    return new UnavailableException(
        "the index of type " + type + " is being built for this host's extraction function", cause);
  }

  /** Waits for the turn to build; an interrupt ends the wait and stays set. */
  private boolean isTurn(Deadline deadline) {
    try {
      return building.tryLock(deadline.left(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Returns the version up to which this host has indexed the live records of a type. */
  private long reached(OptionsTable.Known known, String type) {
    Progress last = progress.get(type);
    if (last == null
        || last.history != known.history()
        || !last.fields.equals(known.of(type).indexedFields())) {
      return 0;
    }
    return last.through;
  }

  /** Returns whether this host's extraction function found the values of the given type. */
  boolean isCurrent(OptionsTable.Known known, String type) {
    return known.of(type).indexedFields().isEmpty()
        || digests.fingerprint().equals(known.fingerprints().get(type));
  }
}
