package io.databroker.postgres;

import io.databroker.api.TypeOptions;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Replaces the options of a type, and evicts and indexes its records accordingly. */
final class OptionsChange {
  /** The largest number of evictions in one batch with the options (CAP-5). */
  private static final long TOGETHER = 100;

  private static final long AHEAD = 1_000;

  private static final String EXPIRE =
      """
      UPDATE record r SET expires = true
      WHERE r.type COLLATE "POSIX" = ? AND r.version + 0 > ? AND r.replaced_by IS NULL
        AND NOT r.deleted AND NOT r.expires""";

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
    while (evictAhead()) {
      // Each round commits its own batch.
    }
    StoreRow done =
        store.transactions().write(store.sessions().deadline(), tx -> apply(tx, indexed));
    store.tail().publish(done);
  }

  /** Adds the digests of the stored records; returns the last version indexed. */
  private long indexAhead() {
    long last = 0;
    if (options.indexedFields().isEmpty()) {
      return last;
    }
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
                    return store.index().page(tx.connection, type, options.indexedFields(), behind);
                  });
      if (next < 0) {
        return last;
      }
      last = next;
    }
  }

  /** Evicts one batch of a large surplus; returns whether there may be more. */
  private boolean evictAhead() {
    store.gate().check();
    Optional<StoreRow> written =
        store
            .transactions()
            .write(
                tx -> {
                  tx.lock();
                  Eviction eviction =
                      eviction(tx, new WritePlan(tx.row().latest(), tx.now(), new HashMap<>()));
                  long excess = eviction == null ? 0 : eviction.excess();
                  if (eviction == null || excess <= TOGETHER) {
                    return Optional.empty();
                  }
                  return Optional.of(evict(tx, eviction, Math.min(AHEAD, excess - TOGETHER)));
                });
    written.ifPresent(store.tail()::publish);
    return written.isPresent();
  }

  private @Nullable Eviction eviction(Tx tx, WritePlan plan) throws SQLException {
    Long capacity = options.capacity();
    if (capacity == null) {
      return null;
    }
    long[] count = GroupWrite.counts(tx, List.of(type)).getOrDefault(type, new long[2]);
    return new Eviction(plan, type, capacity, count);
  }

  private StoreRow evict(Tx tx, Eviction eviction, long most) throws SQLException {
    WritePlan plan = eviction.plan();
    eviction.fetch(tx.connection, tx.row(), most);
    for (long i = 0; i < most; i++) {
      Eviction.Candidate oldest = eviction.oldest();
      if (oldest == null) {
        break;
      }
      eviction.drop(oldest);
    }
    plan.endBatch();
    RowWriter.write(tx, plan, store.channel(), Set.of(), true);
    return tx.row().upTo(plan.latest());
  }

  private StoreRow apply(Tx tx, long indexed) throws SQLException {
    tx.lock();
    StoreRow row = tx.row();
    Eviction eviction = eviction(tx, new WritePlan(row.latest(), tx.now(), new HashMap<>()));
    if (eviction != null && eviction.excess() > 0) {
      row = evict(tx, eviction, eviction.excess());
    }
    if (!options.indexedFields().isEmpty()) {
      long behind = indexed;
      while (behind >= 0) {
        behind = store.index().page(tx.connection, type, options.indexedFields(), behind);
      }
    }
    if (options.ttl() != null) {
      try (PreparedStatement update = tx.connection.prepareStatement(EXPIRE)) {
        update.setString(1, type);
        update.setLong(2, row.cleared());
        update.executeUpdate();
      }
    }
    OptionsTable.write(tx, type, options, store.digests().fingerprint());
    tx.markWritten();
    return row;
  }
}
