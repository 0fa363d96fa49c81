package io.databroker.postgres;

import io.databroker.api.DatabrokerException;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.UnavailableException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sorts failures of the driver by their SQLSTATE, never by their text. */
final class SqlFailures {
  private static final String DISK_FULL = "53100";
  private static final String READ_ONLY = "25006";
  private static final String SERIALIZATION = "40001";
  private static final String DEADLOCK = "40P01";

  /** Failures that a retry of the statement may avoid. */
  private static final Set<String> PASSING =
      Set.of(
          "57014", // cancelled, as by a timeout
          "55P03", // lock not available
          SERIALIZATION,
          DEADLOCK,
          READ_ONLY);

  /** Sessions that the server ended because they, or their transaction, took too long. */
  private static final Set<String> ENDED_BY_SERVER = Set.of("25P03", "25P04");

  private SqlFailures() {}

  /** Converts a failure to an error of the contract; the call was not applied. */
  static DatabrokerException notApplied(SQLException failure) {
    String state = state(failure);
    if (state.equals(DISK_FULL)) {
      return new StorageFullException(
          "PostgreSQL has no room left: free disk space on its server, then try again", failure);
    }
    if (isPassing(failure)) {
      return new UnavailableException("PostgreSQL " + reason(failure), failure);
    }
    return new StorageFailedException(
        "PostgreSQL refused a statement with SQLSTATE "
            + state
            + " ("
            + firstLine(failure)
            + "); see the log of its server",
        failure);
  }

  /** Converts an error of the driver, which no longer knows the state of its connection. */
  static SQLException ofDriver(Throwable failure) {
    return new SQLException("the driver failed: " + failure.getMessage(), "08006", failure);
  }

  /** Returns whether the connection was lost, or could not be opened. */
  static boolean isLostConnection(SQLException failure) {
    String state = state(failure);
    return failure instanceof SQLTransientConnectionException
        || state.startsWith("08")
        || state.startsWith("57P")
        || ENDED_BY_SERVER.contains(state)
        || state.isEmpty();
  }

  /** Returns whether a later try may succeed, although nobody changes a statement or a table. */
  static boolean isPassing(SQLException failure) {
    String state = state(failure);
    return isLostConnection(failure) || PASSING.contains(state) || state.startsWith("53");
  }

  /** Returns whether the same transaction may succeed at once: nothing of it was applied. */
  static boolean mayRepeat(SQLException failure) {
    String state = state(failure);
    return isLostConnection(failure) || state.equals(SERIALIZATION) || state.equals(DEADLOCK);
  }

  /** Returns whether the server rejects writes, like a standby or a former primary. */
  static boolean isReadOnly(SQLException failure) {
    return state(failure).equals(READ_ONLY);
  }

  static boolean isDiskFull(SQLException failure) {
    return state(failure).equals(DISK_FULL);
  }

  private static String reason(SQLException failure) {
    if (isReadOnly(failure)) {
      return "takes no writes now: it is read-only or a standby";
    }
    return "does not answer as needed: " + firstLine(failure);
  }

  static String state(SQLException failure) {
    @Nullable String state = failure.getSQLState();
    Throwable cause = failure.getCause();
    if (state == null && cause instanceof SQLException inner) {
      return state(inner);
    }
    return state == null ? "" : state;
  }

  /** Returns the first line of the deepest message of the driver. */
  static String firstLine(Throwable failure) {
    Throwable shown = failure;
    while (shown.getCause() instanceof SQLException inner) {
      shown = inner;
    }
    String text = String.valueOf(shown.getMessage());
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
