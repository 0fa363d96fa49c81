package io.databroker.postgres;

import java.sql.SQLException;
import java.time.Instant;

/**
 * Drops the beginning of the history, in steps that each hold the lock for a moment: a step reads
 * and drops a bounded number of changes, however many are to be dropped. A replaced row is dropped
 * together with the change that replaced it, a delete with its own change. Live rows stay.
 */
final class Trim {
  private static final int STEP = 5_000;
  private static final long NONE = -1;

  /**
   * Finds the first batch whose last change is not older (RESTORE-5), and the end of the batch
   * before it. The history has a row for each of its versions.
   */
  private static final String FIRST_KEPT =
      """
      WITH kept AS (
        SELECT r.version FROM record r
        WHERE r.version >= ? AND r.version <= ? AND r.modified_at >= ? AND r.version = r.batch
        ORDER BY r.version LIMIT 1
      )
      SELECT COALESCE((
        SELECT b.version + 1 FROM record b
        WHERE b.version >= ? AND b.version < kept.version AND b.version = b.batch
        ORDER BY b.version DESC LIMIT 1), ?)
      FROM kept\
      """;

  /** A step ends with a batch: a batch is dropped as a whole. */
  private static final String BATCH_END = "SELECT batch FROM record WHERE version = ?";

  private static final String DROP =
      """
      WITH gone AS (
        DELETE FROM record WHERE version = ANY (ARRAY(
          SELECT c.previous FROM record c
          WHERE c.version >= ? AND c.version < ? AND c.previous IS NOT NULL
        )) RETURNING version
      ), deletes AS (
        DELETE FROM record WHERE version >= ? AND version < ? AND deleted RETURNING version
      )
      DELETE FROM indexed_value WHERE version = ANY (ARRAY(SELECT version FROM gone))\
      """;

  private static final String UPDATE = "UPDATE store SET earliest = ?";

  private static final String PURGE =
      """
      WITH gone AS (
        DELETE FROM record WHERE version = ANY (ARRAY(
          SELECT version FROM record WHERE version <= ? ORDER BY version LIMIT ?
        )) RETURNING version
      ), unindexed AS (
        DELETE FROM indexed_value WHERE version = ANY (ARRAY(SELECT version FROM gone))
      )
      SELECT count(*) FROM gone\
      """;

  private final Store store;

  Trim(Store store) {
    this.store = store;
  }

  /** Removes one step of rows. */
  record Step(StoreRow row, long dropped, boolean mayBeMore) {}

  long run(Instant before) {
    long micros = Rows.microsNotBefore(before);
    store.tail().catchUp();
    purge(store.tail().known().cleared());
    long dropped = 0;
    Step step;
    do {
      if (dropped > 0 && store.gate().isClosed()) {
        return dropped;
      }
      step = store.transactions().write(tx -> step(tx, micros));
      if (step.dropped > 0) {
        store.tail().publish(step.row);
      }
      dropped += step.dropped;
    } while (step.mayBeMore);
    return dropped;
  }

  Step step(Tx tx, long before) throws SQLException {
    tx.removeRecords();
    tx.lock();
    StoreRow row = tx.row();
    long from = row.earliest();
    long most = from + STEP < row.latest() ? batchEnd(tx, from + STEP) : row.latest();
    long kept = firstKept(tx, from, most, before);
    boolean mayBeMore = kept == NONE && most < row.latest();
    long to = kept == NONE ? most + 1 : kept;
    if (to == from) {
      return new Step(row, 0, false);
    }
    new Sql(tx.connection, UPDATE, to).execute();
    new Sql(tx.connection, DROP, from, to, from, to).execute();
    Store.tell(tx, store.channel());
    tx.markWritten();
    return new Step(row.from(to), to - from, mayBeMore);
  }

  /**
   * Returns the first version to keep of the given range, which ends with a batch; NONE if there is
   * none.
   */
  private static long firstKept(Tx tx, long from, long through, long before) throws SQLException {
    return new Sql(tx.connection, FIRST_KEPT, from, through, before, from, from)
        .read(result -> result.next() ? result.getLong(1) : NONE);
  }

  private static long batchEnd(Tx tx, long version) throws SQLException {
    return new Sql(tx.connection, BATCH_END, version).readRow(row -> row.getLong(1));
  }

  /** Deletes the rows of a cleared history, in steps without the lock. */
  void purge(long cleared) {
    long removed;
    do {
      if (cleared == 0 || store.gate().isClosed()) {
        return;
      }
      removed =
          store
              .transactions()
              .write(
                  tx -> {
                    tx.removeRecords();
                    tx.begin();
                    tx.markWritten();
                    return new Sql(tx.connection, PURGE, cleared, STEP)
                        .readRow(row -> row.getLong(1));
                  });
    } while (removed == STEP);
  }
}
