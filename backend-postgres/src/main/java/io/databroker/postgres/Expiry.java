package io.databroker.postgres;

import io.databroker.postgres.WritePlan.Live;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Set;

/**
 * Deletes the records whose TTL is over, in batches, oldest first within a type. The records are
 * searched without the lock that orders writes.
 */
final class Expiry {
  private static final String STILL_LIVE =
      """
      SELECT r.version, r.type, r.id, octet_length(r.payload) FROM record r
      WHERE r.version = ANY (?) AND r.replaced_by IS NULL AND NOT r.deleted
        AND r.version > (SELECT cleared FROM store)
      ORDER BY r.version\
      """;

  private final Store store;
  private final ExpiredRecords expired;

  Expiry(Store store) {
    this.store = store;
    this.expired = new ExpiredRecords(store);
  }

  /** Deletes one batch of expired records. */
  private record Step(StoreRow row, long deleted) {}

  long run() {
    long deleted = 0;
    OptionsTable.Known options = options();
    ExpiredRecords.Clock clock = expired.clock(options);
    for (String type : options.byType().keySet()) {
      Duration ttl = options.of(type).ttl();
      while (ttl != null) {
        if (deleted > 0 && store.gate().isClosed()) {
          return deleted;
        }
        Duration judged = ttl;
        long[] versions = expired.find(options, type, judged, clock);
        if (versions.length == 0) {
          break;
        }
        long history = clock.history();
        Step step = store.transactions().write(tx -> delete(tx, history, type, judged, versions));
        if (step.deleted > 0) {
          store.tail().publish(step.row);
        }
        deleted += step.deleted;
        options = options();
        // All steps use the time of the beginning: later expiries are left to the next call.
        clock = expired.clock(options).at(clock.now());
        ttl = options.of(type).ttl();
      }
    }
    return deleted;
  }

  private OptionsTable.Known options() {
    return store.sessions().read(store.options()::read).options();
  }

  /** Deletes those that are still live, unless the TTL has changed since they were found. */
  private Step delete(Tx tx, long history, String type, Duration ttl, long[] versions)
      throws SQLException {
    tx.lock();
    WritePlan plan = new WritePlan(tx.row().latest(), tx.now(), new HashMap<>());
    OptionsTable.Known now = store.options().underLock(tx);
    if (tx.row().history() == history && ttl.equals(now.of(type).ttl())) {
      new Sql(tx.connection, STILL_LIVE, RowWriter.numbers(tx.connection, versions))
          .readRows(
              row -> {
                Key key = new Key(row.getString(2), row.getString(3));
                return plan.delete(key, Live.stored(row.getLong(1), row.getLong(4)));
              });
    }
    if (!plan.isEmpty()) {
      plan.endBatch();
      RowWriter.write(tx, plan, store.channel(), Set.of(), true);
    }
    return new Step(tx.row().upTo(plan.latest()), plan.rows.size());
  }
}
