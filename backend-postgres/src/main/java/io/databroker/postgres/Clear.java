package io.databroker.postgres;

import io.databroker.api.ClearResult;
import io.databroker.api.DatabrokerException;
import io.databroker.api.support.ServerVersions;
import java.sql.SQLException;

/**
 * Begins a new history. From the commit on, readers ignore the rows of the old history. They are
 * deleted after the commit; if the host dies before that, the next trim deletes the rest.
 */
final class Clear {
  /**
   * The clear waits for a checkpoint that is being set: that checkpoint is deleted as well, or set
   * afterwards.
   */
  private static final String CLEAR =
      """
      LOCK TABLE checkpoint IN EXCLUSIVE MODE;
      DELETE FROM type_count;
      DELETE FROM type_option;
      DELETE FROM checkpoint;
      UPDATE store SET history = history + 1, server_version = ?, earliest = latest + 1,
        cleared = latest, types_epoch = types_epoch + 1, options_epoch = options_epoch + 1\
      """;

  private final Store store;

  Clear(Store store) {
    this.store = store;
  }

  private record Done(ClearResult result, StoreRow row) {}

  ClearResult run() {
    Done done = store.transactions().write(this::clear);
    store.tail().publish(done.row);
    try {
      new Trim(store).purge(done.row.cleared());
    } catch (DatabrokerException behindTheClear) {
      // The clear has taken effect; the next trim deletes the remaining rows.
    }
    return done.result;
  }

  private Done clear(Tx tx) throws SQLException {
    tx.lock();
    StoreRow row = tx.row();
    long begun = ServerVersions.next(row.serverVersion());
    new Sql(tx.connection, CLEAR, begun).execute();
    Store.tell(tx, store.channel());
    tx.markWritten();
    StoreRow cleared =
        new StoreRow(
            row.history() + 1,
            begun,
            row.latest() + 1,
            row.latest(),
            row.latest(),
            row.typesEpoch() + 1,
            row.optionsEpoch() + 1);
    return new Done(new ClearResult(row.serverVersion(), begun), cleared);
  }
}
