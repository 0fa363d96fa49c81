package io.databroker.postgres;

import io.databroker.api.TypeOptions;
import io.databroker.api.support.LastPayloads;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Replaces the options of a type, and evicts and indexes its records accordingly. */
final class OptionsChange {
  /** The largest number of evictions in one batch with the options (CAP-5). */
  private static final long TOGETHER = 100;

  private static final long AHEAD = 1_000;

  /** The number of versions that one step looks at. */
  private static final int STEP = 2_000;

  /** Marks the live records among the next versions of the type; returns the last version. */
  private static final String EXPIRE =
      """
      WITH step AS (
        SELECT r.version,
          r.replaced_by IS NULL AND NOT r.deleted AND NOT r.expires AS due
        FROM record r
        WHERE r.type COLLATE "POSIX" = ? AND r.version + 0 > ?
          AND r.version + 0 > (SELECT cleared FROM store)
        ORDER BY r.version + 0 LIMIT ?
      ), marked AS (
        UPDATE record SET expires = true
        WHERE version = ANY (ARRAY(SELECT version FROM step WHERE due))
      )
      SELECT max(version) FROM step\
      """;

  private final Store store;
  private final String type;
  private final TypeOptions options;

  OptionsChange(Store store, String type, TypeOptions options) {
    this.store = store;
    this.type = type;
    this.options = options;
  }

  void run() {
    long indexed = indexAhead();
    long expiring = expireAhead();
    boolean isSet = false;
    while (!isSet) {
      store.gate().check();
      Done done = store.transactions().write(tx -> evictOrSet(tx, indexed, expiring));
      store.tail().publish(done.row);
      isSet = done.isSet;
    }
  }

  /** The store after a transaction, and whether the transaction set the options. */
  private record Done(StoreRow row, boolean isSet) {}

  /**
   * Marks the stored records of a type that gets a TTL; returns the last version marked. The marks
   * have no effect before the options have the TTL.
   */
  private long expireAhead() {
    return options.ttl() == null || hasTtl(store.sessions().read(store.options()::read).options())
        ? 0
        : ahead(this::expire);
  }

  /** While a type has a TTL, all its records are marked. */
  private boolean hasTtl(OptionsTable.Known known) {
    return known.of(type).ttl() != null;
  }

  /**
   * Marks the next records; returns the last version, or {@code behind} if there are no more
   * records.
   */
  private long expire(Tx tx, long behind) throws SQLException {
    return new Sql(tx.connection, EXPIRE, type, behind, STEP)
        .readRow(
            row -> {
              long last = row.getLong(1);
              return row.wasNull() ? behind : last;
            });
  }

  /** Adds the digests of the stored records; returns the last version indexed. */
  private long indexAhead() {
    return options.indexedFields().isEmpty() ? 0 : ahead(this::index);
  }

  private long index(Tx tx, long behind) throws SQLException {
    tx.keepRecords();
    return store.index().page(tx.connection, type, options.indexedFields(), behind).through();
  }

  /**
   * A step over the next records; returns the last version, or {@code behind} if there are no more
   * records.
   */
  private interface Step {
    long after(Tx tx, long behind) throws SQLException;
  }

  /** Runs the steps, each in a transaction without the lock; returns the last version. */
  private long ahead(Step step) {
    long last = 0;
    while (true) {
      store.gate().check();
      long behind = last;
      long next =
          store
              .transactions()
              .write(
                  tx -> {
                    tx.begin();
                    tx.markWritten();
                    return step.after(tx, behind);
                  });
      if (next == behind) {
        return last;
      }
      last = next;
    }
  }

  private @Nullable Eviction eviction(Tx tx, WritePlan plan) throws SQLException {
    Long capacity = options.capacity();
    if (capacity == null) {
      return null;
    }
    long[] count = GroupWrite.counts(tx, List.of(type)).getOrDefault(type, new long[2]);
    return new Eviction(plan, type, capacity, count);
  }

  /** Evicts one batch of a large surplus, or sets the options and evicts the rest. */
  private Done evictOrSet(Tx tx, long indexed, long expiring) throws SQLException {
    tx.lock();
    StoreRow row = tx.row();
    Eviction eviction = eviction(tx, new WritePlan(row.latest(), tx.now(), new HashMap<>()));
    long excess = eviction == null ? 0 : eviction.excess();
    if (eviction != null && excess > 0) {
      boolean isMore = excess > TOGETHER;
      eviction.fetch(tx.connection, row, isMore ? Math.min(AHEAD, excess - TOGETHER) : excess);
      isMore |= eviction.fetchedBytes() > LastPayloads.MOST_BYTES;
      row = evict(tx, eviction, isMore ? LastPayloads.BATCH_BYTES : Long.MAX_VALUE);
      if (isMore) {
        return new Done(row, false);
      }
    }
    if (!options.indexedFields().isEmpty()) {
      IndexBuild.Indexed page = new IndexBuild.Indexed(indexed, true);
      while (page.mayBeMore()) {
        page = store.index().page(tx.connection, type, options.indexedFields(), page.through());
      }
    }
    if (options.ttl() != null && !hasTtl(store.options().underLock(tx))) {
      long last = -1;
      for (long next = expiring; next != last; next = expire(tx, last)) {
        last = next;
      }
    }
    OptionsTable.write(tx, type, options, store.digests().fingerprint());
    tx.markWritten();
    return new Done(row, true);
  }

  /** Evicts the fetched records in one batch, which ends with the record that reaches the size. */
  private StoreRow evict(Tx tx, Eviction eviction, long mostBytes) throws SQLException {
    WritePlan plan = eviction.plan();
    long bytes = 0;
    Eviction.Candidate oldest = eviction.oldest();
    while (oldest != null && bytes < mostBytes) {
      bytes += oldest.bytes();
      eviction.drop(oldest);
      oldest = eviction.oldest();
    }
    plan.endBatch();
    RowWriter.write(tx, plan, store.channel(), Set.of(), true);
    return tx.row().upTo(plan.latest());
  }
}
