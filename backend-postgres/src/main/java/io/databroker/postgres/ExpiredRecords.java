package io.databroker.postgres;

import io.databroker.api.support.LastPayloads;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the records whose TTL is over, without the lock that orders writes, in statements that each
 * read a bounded number of rows.
 *
 * <p>Replaced rows stay in the index until they are trimmed. A search should not read them again
 * each time, so this host remembers a time for each type: no live record of the type was written
 * before it. Records that were written since, with an earlier time, are found by their versions.
 */
final class ExpiredRecords {
  /** Largest number of records of one search. */
  private static final int BATCH = 1_000;

  /** The number of rows that a statement reads, unless more have the same time. */
  private static final long PAGE = 10_000;

  private static final String CLOCK =
      "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, s.latest, s.cleared,"
          + " s.history FROM store s";

  /** Returns a row for each live record of the page, with the size and the end of the page. */
  private static final String EXPIRED =
      """
      WITH page AS (
        SELECT r.version, r.modified_at, octet_length(r.payload) AS bytes,
          r.replaced_by IS NULL AND NOT r.deleted AS live
        FROM record r
        WHERE r.type COLLATE "POSIX" = ? AND r.expires AND r.modified_at >= ?
          AND r.modified_at < ? AND r.version > ?
        ORDER BY r.modified_at LIMIT ?
      )
      SELECT (SELECT count(*) FROM page), (SELECT max(modified_at) FROM page), p.version,
        p.modified_at, p.bytes
      FROM (SELECT) one LEFT JOIN page p ON p.live\
      """;

  /** Returns such rows for a range of versions: only the records before a time. */
  private static final String LATE =
      """
      WITH page AS (
        SELECT r.version, r.modified_at, octet_length(r.payload) AS bytes,
          r.expires AND r.replaced_by IS NULL AND NOT r.deleted AS live
        FROM record r
        WHERE r.type COLLATE "POSIX" = ? AND r.version + 0 > ? AND r.version + 0 <= ?
        ORDER BY r.version + 0 LIMIT ?
      )
      SELECT (SELECT count(*) FROM page), (SELECT max(version) FROM page), p.version,
        p.modified_at, p.bytes
      FROM (SELECT) one LEFT JOIN page p ON p.live AND p.modified_at < ?\
      """;

  /** The time of the server, in microseconds since 1970, and the bounds of the history. */
  record Clock(long now, long latest, long cleared, long history) {

    /** Returns the same bounds with another time. */
    Clock at(long time) {
      return new Clock(time, latest, cleared, history);
    }
  }

  /** Up to that version, no live record of the type has an earlier time. */
  private record Searched(long history, long epoch, long version, long time) {}

  private record Row(long version, long time, long bytes) {}

  /** The live records among a number of rows, and the version or time of the last row. */
  private record Page(List<Row> live, long rows, long end) {}

  private final Store store;
  private final Map<String, Searched> searched = new ConcurrentHashMap<>();

  ExpiredRecords(Store store) {
    this.store = store;
  }

  /** Reads the clock, and forgets types without options. */
  Clock clock(OptionsTable.Known options) {
    searched.keySet().retainAll(options.byType().keySet());
    return store.sessions().read(ExpiredRecords::clock);
  }

  /** Returns the versions of the expired records of a type that were written longest ago. */
  long[] find(OptionsTable.Known options, String type, Duration ttl, Clock clock) {
    long cutoff = cutoff(clock.now, ttl);
    Searched known = searched.get(type);
    if (known == null
        || known.history != clock.history
        || known.history != options.history()
        || known.epoch != options.epoch()) {
      known = new Searched(options.history(), options.epoch(), clock.latest, 0);
    }
    List<Row> found = late(known, type, Math.min(known.time, cutoff), clock);
    return first(found.isEmpty() ? byTime(known, type, cutoff, clock) : found);
  }

  /** Finds records written since the last search, with a time before the searched ones. */
  private List<Row> late(Searched known, String type, long time, Clock clock) {
    long since = Math.max(known.version, clock.cleared);
    while (since < clock.latest) {
      Page page = page(LATE, type, since, clock.latest, PAGE, time);
      if (!page.live.isEmpty()) {
        return page.live;
      }
      since = page.rows < PAGE ? clock.latest : page.end;
    }
    if (time == known.time) {
      remember(known, type, time, clock);
    }
    return List.of();
  }

  private List<Row> byTime(Searched known, String type, long cutoff, Clock clock) {
    long begin = known.time;
    long size = PAGE;
    while (begin < cutoff) {
      Page page = page(EXPIRED, type, begin, cutoff, clock.cleared, size);
      if (!page.live.isEmpty()) {
        return page.live;
      }
      boolean isLast = page.rows < size;
      size = page.end == begin ? 2 * size : PAGE;
      begin = isLast ? cutoff : page.end;
      remember(known, type, begin, clock);
    }
    return List.of();
  }

  private void remember(Searched known, String type, long time, Clock clock) {
    if (known.history == clock.history) {
      searched.put(type, new Searched(known.history, known.epoch, clock.latest, time));
    }
  }

  private static long[] first(List<Row> live) {
    List<Row> oldestFirst = new ArrayList<>(live);
    oldestFirst.sort(Comparator.comparingLong(Row::time).thenComparingLong(Row::version));
    long bytes = 0;
    int size = 0;
    while (size < Math.min(BATCH, oldestFirst.size()) && bytes < LastPayloads.BATCH_BYTES) {
      bytes += oldestFirst.get(size).bytes;
      size++;
    }
    return oldestFirst.subList(0, size).stream().mapToLong(Row::version).toArray();
  }

  private static Clock clock(Connection connection) throws SQLException {
    return new Sql(connection, CLOCK)
        .readRow(row -> new Clock(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)));
  }

  private Page page(String sql, Object... parameters) {
    store.gate().check();
    return store
        .sessions()
        .read(connection -> new Sql(connection, sql, parameters).readRow(ExpiredRecords::page));
  }

  private static Page page(ResultSet result) throws SQLException {
    List<Row> live = new ArrayList<>();
    long rows = result.getLong(1);
    long end = result.getLong(2);
    do {
      if (result.getLong(3) != 0) {
        live.add(new Row(result.getLong(3), result.getLong(4), result.getLong(5)));
      }
    } while (result.next());
    return new Page(live, rows, end);
  }

  /** Returns the time before which records have expired. */
  private static long cutoff(long now, Duration ttl) {
    // Rounded up: a record expires only when the whole TTL has passed.
    BigInteger nanos =
        BigInteger.valueOf(now)
            .multiply(BigInteger.valueOf(1_000))
            .subtract(
                BigInteger.valueOf(ttl.getSeconds())
                    .multiply(BigInteger.valueOf(1_000_000_000))
                    .add(BigInteger.valueOf(ttl.getNano())));
    return nanos.signum() <= 0
        ? 0
        : nanos.add(BigInteger.valueOf(999)).divide(BigInteger.valueOf(1_000)).longValueExact();
  }
}
