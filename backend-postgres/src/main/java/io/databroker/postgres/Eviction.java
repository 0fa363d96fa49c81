package io.databroker.postgres;

import io.databroker.postgres.WritePlan.Live;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the records to evict for the capacity of one type, oldest write first. Stored records are
 * older than the records of the plan.
 */
final class Eviction {
  /** Begins where the type's last eviction ended, so that replaced rows are skipped only once. */
  private static final String OLDEST =
      """
      SELECT r.version, r.id, octet_length(r.payload) FROM record r
      WHERE r.type COLLATE "POSIX" = ? AND r.version + 0 >= ? AND r.version + 0 > ?
        AND r.replaced_by IS NULL AND NOT r.deleted
      ORDER BY r.version + 0 LIMIT ?\
      """;

  /** A live record that may be dropped, with the size of its payload. */
  record Candidate(long version, String type, String id, long bytes) {}

  private final WritePlan plan;
  private final String type;
  private final long capacity;
  private final long storedLive;
  private final long oldestStored;
  private final Deque<Candidate> stored = new ArrayDeque<>();
  private final List<NewRow> written = new ArrayList<>();
  private int nextWritten;

  /**
   * Begins without candidates.
   *
   * @param count the number of live records, and a lower bound of their versions
   */
  Eviction(WritePlan plan, String type, long capacity, long[] count) {
    this.plan = plan;
    this.type = type;
    this.capacity = capacity;
    this.storedLive = count[0];
    this.oldestStored = count[1];
  }

  WritePlan plan() {
    return plan;
  }

  /**
   * Fetches the oldest stored records.
   *
   * @param most the largest number of records to fetch
   */
  void fetch(Connection connection, StoreRow row, long most) throws SQLException {
    new Sql(connection, OLDEST, type, oldestStored, row.cleared(), most)
        .readRows(
            result ->
                stored.add(
                    new Candidate(
                        result.getLong(1), type, result.getString(2), result.getLong(3))));
    Candidate first = stored.peek();
    if (first != null && first.version > oldestStored) {
      plan.raiseOldest(type, first.version); // even if nothing is evicted after all
    }
  }

  /** Returns the size of the payloads of the fetched records, in bytes. */
  long fetchedBytes() {
    return stored.stream().mapToLong(Candidate::bytes).sum();
  }

  /** Records a put of this type in the plan. */
  void wrote(NewRow row) {
    written.add(row);
    plan.onUndo(() -> written.remove(written.size() - 1));
  }

  /** Returns by how much the live records exceed the capacity, unsigned. */
  long excess() {
    long live = storedLive + plan.counts.getOrDefault(type, 0L);
    return Long.compareUnsigned(live, capacity) > 0 ? live - capacity : 0;
  }

  /** Returns the oldest live record, which stays the next one until it is dropped. */
  @Nullable Candidate oldest() {
    while (!stored.isEmpty()) {
      Candidate candidate = stored.peek();
      Live met = plan.met(new Key(type, candidate.id));
      if (met == null || met.version() == candidate.version) {
        return candidate;
      }
      pass(candidate);
    }
    while (nextWritten < written.size()) {
      NewRow row = written.get(nextWritten);
      Live met = plan.live(new Key(type, row.id));
      if (met.version() == row.version) {
        return new Candidate(row.version, type, row.id, met.bytes());
      }
      nextWritten++;
      plan.onUndo(() -> nextWritten--);
    }
    return null;
  }

  /** Drops the oldest live record. */
  void drop(Candidate candidate) {
    Key key = new Key(type, candidate.id);
    Live met = plan.met(key);
    plan.delete(key, met == null ? Live.stored(candidate.version, candidate.bytes) : met);
    if (!stored.isEmpty()) {
      pass(candidate);
    }
  }

  private void pass(Candidate candidate) {
    stored.remove();
    plan.onUndo(() -> stored.push(candidate));
    plan.raiseOldest(type, candidate.version + 1);
  }

  /** Evicts records of several types, the oldest of them all first. */
  static void run(List<Eviction> evictions) {
    while (true) {
      Eviction next = null;
      Candidate first = null;
      for (Eviction eviction : evictions) {
        Candidate candidate = eviction.excess() > 0 ? eviction.oldest() : null;
        if (candidate != null && (first == null || candidate.version < first.version)) {
          next = eviction;
          first = candidate;
        }
      }
      if (next == null || first == null) {
        return;
      }
      next.drop(first);
    }
  }
}
