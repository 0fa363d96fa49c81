package io.databroker.postgres;

import io.databroker.api.DatabrokerException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs transactions that write. A connection that is lost before the commit was sent leaves nothing
 * behind. After a lost answer to a commit, it asks the server for the transaction's outcome until
 * the call's time is over.
 */
final class Transactions {

  /** The statements of one transaction. */
  interface Work<T> {
    T of(Tx tx) throws SQLException;
  }

  private enum Outcome {
    COMMITTED,
    ABORTED,
    IN_PROGRESS,

    /**
     * A transaction with that number was committed; after a crash, it may be another transaction.
     */
    AMBIGUOUS
  }

  /** The outcome of the transaction with that number, and the run of the server. */
  private static final String ASK =
      "SELECT pg_xact_status(?::text::xid8), (" + Cluster.RUN + ")::text";

  /**
   * Finds a version that was written at that time. Time advances during a crash, so no other
   * transaction can have written it.
   */
  private static final String FIND =
      "SELECT 1 FROM record r WHERE r.version = ? AND r.modified_at = ?";

  /**
   * Removes the time limit of a commit that waits for a standby: the server would cancel the wait,
   * and acknowledge a commit that the standby may not have.
   */
  static final String LET_COMMIT_WAIT = "set_config('statement_timeout', '0', true)";

  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

  private final Sessions sessions;
  private final EngineState state;

  Transactions(Sessions sessions, EngineState state) {
    this.sessions = sessions;
    this.state = state;
  }

  <T> T write(Work<T> work) {
    return write(sessions.deadline(), work);
  }

  /**
   * Runs the work and commits; tries again if the connection was lost before the commit, or if the
   * server ended the transaction because of a conflict with others.
   */
  <T> T write(Deadline deadline, Work<T> work) {
    for (int left = sessions.attempts(); ; left--) {
      try {
        return attempt(deadline, work);
      } catch (SQLException failure) {
        if (SqlFailures.isDiskFull(failure)) {
          state.full();
        }
        if (left == 1 || deadline.isOver() || !SqlFailures.mayRepeat(failure)) {
          throw SqlFailures.notApplied(failure);
        }
      }
    }
  }

  /** Fails with an SQLException only if nothing was applied. */
  private <T> T attempt(Deadline deadline, Work<T> work) throws SQLException {
    Tx tx;
    T answer;
    SQLException lost;
    try (Session session = sessions.lend(deadline)) {
      tx = new Tx(session.connection());
      answer = session.run(connection -> execute(session, tx, work));
      if (!tx.isWritten()) {
        return answer;
      }
      lost = commit(session);
    }
    if (lost != null) {
      resolve(tx, lost, deadline);
    }
    state.written();
    return answer;
  }

  /** Executes the work, and rolls back at once if it wrote nothing or failed. */
  private static <T> T execute(Session session, Tx tx, Work<T> work) throws SQLException {
    tx.connection.setAutoCommit(false);
    try {
      T answer = work.of(tx);
      if (!tx.isWritten()) {
        rollBack(tx.connection);
      }
      return answer;
    } catch (SQLException | DatabrokerException failure) {
      try {
        session.run(Transactions::rollBack);
      } catch (SQLException inVain) {
        // The connection is closed, so the server rolls back.
      }
      throw failure;
    }
  }

  private static boolean rollBack(Connection connection) throws SQLException {
    connection.rollback();
    connection.setAutoCommit(true);
    return true;
  }

  /** Returns a failure after which only the server knows whether the commit took effect. */
  private static @Nullable SQLException commit(Session session) {
    try {
      return session.<@Nullable SQLException>run(
          connection -> {
            connection.clearWarnings();
            connection.commit();
            SQLException warning =
                connection.getWarnings(); // a warning that the wait for a standby was cancelled
            connection.setAutoCommit(true);
            return warning;
          });
    } catch (SQLException failure) {
      return failure;
    } catch (RuntimeException | Error failure) {
      return SqlFailures.ofDriver(failure);
    }
  }

  /**
   * Returns if a transaction was committed.
   *
   * @throws UnavailableException if it was not committed and never will be
   * @throws OutcomeUnknownException if the server did not answer in time
   */
  private void resolve(Tx tx, SQLException lost, Deadline deadline) {
    long pause = FIRST_PAUSE.toNanos();
    while (!deadline.isOver()) {
      switch (ask(tx, lost, deadline)) {
        case COMMITTED -> {
          return;
        }
        case ABORTED ->
            throw new UnavailableException("the connection to PostgreSQL was lost", lost);
        case AMBIGUOUS ->
            throw new OutcomeUnknownException(
                "PostgreSQL crashed or failed over while the write was committed", lost);
        default -> pause(Math.min(pause, deadline.left()));
      }
      pause = Math.min(2 * pause, LONGEST_PAUSE.toNanos());
    }
    throw new OutcomeUnknownException(
        "PostgreSQL did not report in time whether the write was committed", lost);
  }

  private Outcome ask(Tx tx, SQLException lost, Deadline deadline) {
    try (Session session = sessions.lend(deadline)) {
      try {
        Outcome outcome = outcome(session, tx);
        return outcome != Outcome.COMMITTED || session.run(Transactions::isAsDurableAsAny)
            ? outcome
            : Outcome.IN_PROGRESS;
      } catch (SQLException | RuntimeException | Error failure) {
        lost.addSuppressed(failure);
      }
    } catch (SQLException | UnavailableException stillAway) {
      lost.addSuppressed(stillAway);
    }
    return Outcome.IN_PROGRESS;
  }

  private static void pause(long nanos) {
    boolean interrupted = Thread.interrupted();
    LockSupport.parkNanos(Math.max(0, nanos));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Outcome outcome(Session session, Tx tx) throws SQLException {
    try {
      return session.run(connection -> outcome(connection, tx));
    } catch (SQLException failure) {
      if ("22023".equals(failure.getSQLState())) {
        return Outcome
            .ABORTED; // this server has not yet assigned that number: it never saw the transaction
      }
      throw failure;
    }
  }

  private static Outcome outcome(Connection connection, Tx tx) throws SQLException {
    return new Sql(connection, ASK, tx.id())
        .readRow(
            row -> {
              String status = row.getString(1);
              if ("committed".equals(status)) {
                boolean sameRun = tx.run() != null && tx.run().equals(row.getString(2));
                return sameRun || isFound(connection, tx) ? Outcome.COMMITTED : Outcome.AMBIGUOUS;
              }
              return "aborted".equals(status) ? Outcome.ABORTED : Outcome.IN_PROGRESS;
            });
  }

  private static boolean isFound(Connection connection, Tx tx) throws SQLException {
    return tx.isLocked()
        && new Sql(connection, FIND, tx.row().latest() + 1, tx.now()).read(ResultSet::next);
  }

  /** Commits again, to wait for the standbys that may lack the lost commit. */
  private static boolean isAsDurableAsAny(Connection connection) throws SQLException {
    connection.clearWarnings();
    connection.setAutoCommit(false);
    new Sql(connection, "UPDATE store SET latest = latest RETURNING " + LET_COMMIT_WAIT).execute();
    connection.commit();
    boolean waited = connection.getWarnings() == null;
    connection.setAutoCommit(true);
    return waited;
  }
}
