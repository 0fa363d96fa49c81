package io.databroker.postgres;

import java.sql.SQLException;

/**
 * The parts of one open handle that its operations share.
 *
 * @param channel the channel on which hosts notify each other of writes
 */
record Store(
    CallGate gate,
    Sessions sessions,
    Transactions transactions,
    OptionsTable options,
    Digests digests,
    IndexBuild index,
    Tail tail,
    String channel) {

  private static final String TELL = "SELECT pg_notify(?, ''), " + Transactions.LET_COMMIT_WAIT;

  /** Makes the commit notify the listeners of all hosts, which then read the store row. */
  static void tell(Tx tx, String channel) throws SQLException {
    new Sql(tx.connection, TELL, channel).execute();
  }
}
