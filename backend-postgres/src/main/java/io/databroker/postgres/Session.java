package io.databroker.postgres;

import java.sql.Connection;
import java.util.concurrent.Future;

/** Connection lent to one call, and cut off when the call's time is over. */
final class Session implements AutoCloseable {
  private final Sessions sessions;
  private final Connection connection;
  private final Future<?> cutOff;
  private boolean broken;

  Session(Sessions sessions, Connection connection, Future<?> cutOff) {
    this.sessions = sessions;
    this.connection = connection;
    this.cutOff = cutOff;
  }

  Connection connection() {
    return connection;
  }

  /**
   * Marks the connection to be closed instead of reused, as after each failed statement: the driver
   * may no longer know the state of its prepared statements (pgjdbc issue 811).
   */
  void markBroken() {
    broken = true;
  }

  @Override
  public void close() {
    boolean wasCutOff = !cutOff.cancel(false);
    sessions.takeBack(connection, broken || wasCutOff);
  }
}
