package io.databroker.postgres;

import io.databroker.api.TypeOptions;
import io.databroker.postgres.WritePlan.Live;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Deletes the records whose TTL is over, in batches, oldest first within a type. */
final class Expiry {
  private static final int BATCH = 1_000;

  private static final String EXPIRED =
      """
      SELECT r.version, r.id FROM record r
      WHERE r.type COLLATE "POSIX" = ? AND r.expires AND r.modified_at < ? AND r.version > ?
        AND r.replaced_by IS NULL AND NOT r.deleted
      ORDER BY r.modified_at LIMIT ?""";

  private final Store store;

  Expiry(Store store) {
    this.store = store;
  }

  /** Deletes one batch of expired records. */
  private record Step(StoreRow row, long deleted, boolean mayBeMore) {}

  long run() {
    long deleted = 0;
    Step step;
    do {
      if (deleted > 0 && store.gate().isClosed()) {
        return deleted;
      }
      step = store.transactions().write(this::step);
      if (step.deleted > 0) {
        store.tail().publish(step.row);
      }
      deleted += step.deleted;
    } while (step.mayBeMore);
    return deleted;
  }

  private Step step(Tx tx) throws SQLException {
    tx.lock();
    Map<String, TypeOptions> options = store.options().underLock(tx).byType();
    WritePlan plan = new WritePlan(tx.row().latest(), tx.now(), new HashMap<>());
    boolean mayBeMore = false;
    for (Map.Entry<String, TypeOptions> entry : options.entrySet()) {
      Duration ttl = entry.getValue().ttl();
      int room = BATCH - plan.rows.size();
      if (ttl != null && room > 0) {
        List<Eviction.Candidate> expired = expired(tx, entry.getKey(), cutoff(tx, ttl), room);
        for (Eviction.Candidate gone : expired) {
          plan.delete(new Key(gone.type(), gone.id()), new Live(gone.version(), null, null));
        }
        mayBeMore |= expired.size() == room;
      } else {
        mayBeMore |= ttl != null;
      }
    }
    if (!plan.isEmpty()) {
      plan.endBatch();
      RowWriter.write(tx, plan, store.channel(), Set.of(), true);
    }
    return new Step(tx.row().upTo(plan.latest()), plan.rows.size(), mayBeMore);
  }

  private static long cutoff(Tx tx, Duration ttl) {
    // Rounded up: a record expires only when the whole TTL has passed.
    BigInteger nanos =
        BigInteger.valueOf(tx.now())
            .multiply(BigInteger.valueOf(1_000))
            .subtract(
                BigInteger.valueOf(ttl.getSeconds())
                    .multiply(BigInteger.valueOf(1_000_000_000))
                    .add(BigInteger.valueOf(ttl.getNano())));
    return nanos.signum() <= 0
        ? 0
        : nanos.add(BigInteger.valueOf(999)).divide(BigInteger.valueOf(1_000)).longValueExact();
  }

  private static List<Eviction.Candidate> expired(Tx tx, String type, long cutoff, int most)
      throws SQLException {
    List<Eviction.Candidate> expired = new ArrayList<>();
    try (PreparedStatement select = tx.connection.prepareStatement(EXPIRED)) {
      select.setString(1, type);
      select.setLong(2, cutoff);
      select.setLong(3, tx.row().cleared());
      select.setInt(4, most);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          expired.add(new Eviction.Candidate(result.getLong(1), type, result.getString(2)));
        }
      }
    }
    expired.sort(Comparator.comparingLong(Eviction.Candidate::version));
    return expired;
  }
}
