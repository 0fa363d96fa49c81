package io.databroker.postgres;

import io.databroker.api.Lease;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Leases by the server's clock. A lease that has ended stays as a row until it is taken again. */
final class Leases {
  private static final String HELD = "SELECT ends_at FROM lease WHERE name = ? FOR UPDATE";

  private static final String NEXT_TOKEN =
      "UPDATE store SET lease_token = lease_token + 1 RETURNING lease_token";

  private static final String TAKE =
      "INSERT INTO lease AS l (name, token, ends_at) VALUES (?, ?, ?)"
          + " ON CONFLICT (name) DO UPDATE SET token = EXCLUDED.token, ends_at = EXCLUDED.ends_at";

  private static final String LOCK_HOLDING =
      "SELECT ends_at FROM lease WHERE name = ? AND token = ? FOR UPDATE";

  private static final String RENEW = "UPDATE lease SET ends_at = ? WHERE name = ?";

  private static final String RELEASE = "DELETE FROM lease WHERE name = ?";

  /** The number of leases that one step of a sweep looks at. */
  private static final int STEP = 5_000;

  /** Returns the last name that it looked at, null at the end, and the number of removed leases. */
  private static final String SWEEP =
      """
      WITH page AS (
        SELECT name, ends_at FROM lease WHERE name > ? ORDER BY name LIMIT ?
      ), gone AS (
        DELETE FROM lease
        WHERE name = ANY (ARRAY(SELECT p.name FROM page p WHERE p.ends_at < ?)) AND ends_at < ?
        RETURNING name
      )
      SELECT (SELECT max(name) FROM page), (SELECT count(*) FROM gone)\
      """;

  private final Transactions transactions;

  Leases(Transactions transactions) {
    this.transactions = transactions;
  }

  @Nullable Lease acquire(String name, Duration duration) {
    return transactions.write(tx -> Optional.ofNullable(acquire(tx, name, duration))).orElse(null);
  }

  /** Runs under the lock that orders writes and tokens. */
  private static @Nullable Lease acquire(Tx tx, String name, Duration duration)
      throws SQLException {
    tx.lock();
    boolean isHeld =
        new Sql(tx.connection, HELD, name)
            .read(result -> result.next() && result.getLong(1) > tx.now());
    if (isHeld) {
      return null;
    }
    long token = new Sql(tx.connection, NEXT_TOKEN).readRow(row -> row.getLong(1));
    long end = end(tx, duration);
    new Sql(tx.connection, TAKE, name, token, end).execute();
    tx.markWritten();
    return new Lease(name, token, Rows.instant(end));
  }

  @Nullable Lease renew(String name, long token, Duration duration) {
    return transactions.write(tx -> renew(tx, name, token, duration)).orElse(null);
  }

  private static Optional<Lease> renew(Tx tx, String name, long token, Duration duration)
      throws SQLException {
    if (!holds(tx, name, token)) {
      return Optional.empty();
    }
    long end = end(tx, duration);
    new Sql(tx.connection, RENEW, end, name).execute();
    tx.markWritten();
    return Optional.of(new Lease(name, token, Rows.instant(end)));
  }

  boolean release(String name, long token) {
    return transactions.write(
        tx -> {
          if (!holds(tx, name, token)) {
            return false;
          }
          new Sql(tx.connection, RELEASE, name).execute();
          tx.markWritten();
          return true;
        });
  }

  /** Locks the holding, and reads the time afterwards. */
  private static boolean holds(Tx tx, String name, long token) throws SQLException {
    return new Sql(tx.connection, LOCK_HOLDING, name, token)
        .read(
            result -> {
              if (!result.next()) {
                return false;
              }
              long end = result.getLong(1);
              tx.begin();
              return end > tx.now();
            });
  }

  /** Returns now plus the duration, rounded up to a microsecond: a holding ends no sooner. */
  private static long end(Tx tx, Duration duration) {
    return tx.now()
        + Math.multiplyExact(duration.getSeconds(), 1_000_000L)
        + (duration.getNano() + 999) / 1_000;
  }

  /**
   * Removes the rows of leases that ended long ago, in short steps: an acquisition of a lease whose
   * row is being removed waits for the removal, and holds the lock that orders writes meanwhile.
   */
  void sweep() {
    Optional<String> last = Optional.of("");
    while (last.isPresent()) {
      String behind = last.get();
      last = transactions.write(tx -> sweep(tx, behind));
    }
  }

  private static Optional<String> sweep(Tx tx, String behind) throws SQLException {
    tx.begin();
    long before = tx.now() - 60_000_000L;
    return new Sql(tx.connection, SWEEP, behind, STEP, before, before)
        .readRow(
            row -> {
              if (row.getLong(2) > 0) {
                tx.markWritten();
              }
              return Optional.ofNullable(row.getString(1));
            });
  }
}
