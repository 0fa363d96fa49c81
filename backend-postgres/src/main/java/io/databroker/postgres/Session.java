package io.databroker.postgres;

import io.databroker.api.DatabrokerException;
import java.sql.Connection;
import java.util.concurrent.atomic.AtomicBoolean;

/** Connection lent to one call, and cut off when the call's time is over. */
final class Session implements AutoCloseable {
  private final Sessions sessions;
  private final Connection connection;
  private final Deadline deadline;

  /** True once the call has given the connection back, or lost it. */
  private final AtomicBoolean ended = new AtomicBoolean();

  private boolean broken;

  /** True once the timer, which alone uses this and the next field, has found the call late. */
  private boolean late;

  private boolean cutOff;

  Session(Sessions sessions, Connection connection, Deadline deadline) {
    this.sessions = sessions;
    this.connection = connection;
    this.deadline = deadline;
  }

  /**
   * Cuts off the connection if the call's time is over. A cancellation of the statement would not
   * do: its server may hang. Only the timer calls this; after a failure it tries again.
   */
  void cutOffIfLate() {
    if (deadline.isOver() && !cutOff && (late || ended.compareAndSet(false, true))) {
      late = true;
      RawSockets.cutOff(connection);
      cutOff = true;
    }
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

  /**
   * Marks the connection after a failure that may have come from within the driver, such as of a
   * full heap: the rest of an answer would be taken for the answer to the next statement.
   */
  void markBrokenUnlessOurs(Throwable failure) {
    if (!(failure instanceof DatabrokerException)) {
      markBroken();
    }
  }

  @Override
  public void close() {
    boolean wasCutOff = !ended.compareAndSet(false, true);
    sessions.takeBack(this, broken || wasCutOff);
  }
}
