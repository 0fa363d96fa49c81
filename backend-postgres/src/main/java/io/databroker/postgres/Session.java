package io.databroker.postgres;

import io.databroker.api.DatabrokerException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Connection lent to one call, and cut off when the call's time is over. */
final class Session implements AutoCloseable {

  /** Statements of one call. */
  interface Statements<T extends @Nullable Object> {
    T on(Connection connection) throws SQLException;
  }

  private final Sessions sessions;
  private final Connection connection;
  private final Deadline deadline;

  /** True once the call has given the connection back, or lost it. */
  private final AtomicBoolean ended = new AtomicBoolean();

  private boolean broken;

  /**
   * True once the timer has found the call late. Only the timer uses this field and the next one.
   */
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
   * Runs statements. After a failure, the connection is closed instead of reused: the driver may no
   * longer know the state of its prepared statements (pgjdbc issue 811). After a full heap, it may
   * also treat the rest of an answer as the answer to the next statement. The connection is reused
   * only after a refusal by our own code, which comes between two statements.
   *
   * @throws SQLException also for an error of the driver, which counts as a lost connection
   */
  <T extends @Nullable Object> T run(Statements<T> statements) throws SQLException {
    try {
      return statements.on(connection);
    } catch (DatabrokerException refusal) {
      throw refusal;
    } catch (IllegalStateException failure) {
      broken = true;
      throw SqlFailures.ofDriver(failure);
    } catch (SQLException | RuntimeException | Error failure) {
      broken = true;
      throw failure;
    }
  }

  @Override
  public void close() {
    boolean wasCutOff = !ended.compareAndSet(false, true);
    sessions.takeBack(this, broken || wasCutOff);
  }
}
