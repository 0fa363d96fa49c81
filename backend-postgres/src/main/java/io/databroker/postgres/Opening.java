package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.OpenFailedException;
import java.sql.Connection;
import java.sql.SQLException;

/** Opens a handle; a failure names its cause and the remedy in one sentence. */
final class Opening {
  /** PostgreSQL 13 is the first version that reports a transaction's outcome by a 64-bit number. */
  private static final int OLDEST_SERVER = 130_000;

  private static final String FACTS =
      "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
          + " pg_is_in_recovery(), current_setting('transaction_read_only')::boolean,"
          + " current_setting('server_encoding')";

  private Opening() {}

  /** Opens a handle; an interrupt does not end the open, and the interrupt flag stays set. */
  static Backend open(PostgresSettings settings, BackendContext context) {
    boolean interrupted = Thread.interrupted();
    try {
      return connect(settings, context);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Backend connect(PostgresSettings settings, BackendContext context) {
    Cluster cluster = new Cluster();
    SessionSource source = new SessionSource(settings, cluster, context.callTimeout());
    StoreRow row;
    try (Connection connection = source.plain()) {
      check(connection);
      Migration.run(source, connection, settings.schema());
      cluster.check(connection);
      row = Reads.storeRow(connection);
    } catch (SQLException failure) {
      if (SqlFailures.isLostConnection(failure)) {
        checkAny(source);
      }
      throw new OpenFailedException(sentence(settings, failure), failure);
    }
    EngineState state = new EngineState();
    Sessions sessions =
        new Sessions(source::judged, settings.poolSize(), context.callTimeout(), state);
    PostgresBackend backend =
        new PostgresBackend(
            sessions, source, cluster, state, row, "databroker." + settings.schema(), context);
    backend.start();
    return backend;
  }

  /** Checks a server that answers but is not a primary. */
  private static void checkAny(SessionSource source) {
    try (Connection connection = source.any()) {
      check(connection);
    } catch (SQLException failure) {
      // The first failure is reported.
    }
  }

  private static void check(Connection connection) throws SQLException {
    String problem =
        new Sql(connection, FACTS)
            .readRow(
                facts ->
                    problemWith(
                        facts.getInt(1),
                        facts.getString(2),
                        facts.getBoolean(3) || facts.getBoolean(4),
                        facts.getString(5)));
    if (!problem.isEmpty()) {
      throw new OpenFailedException(problem, null);
    }
  }

  /** Returns the problem of a server and its remedy, or nothing. */
  static String problemWith(int number, String version, boolean readOnly, String encoding) {
    if (number < OLDEST_SERVER) {
      return "the server is PostgreSQL " + version + "; upgrade it to 13 or later";
    }
    if (readOnly) {
      return "the database is read-only; name the primary in the URL, or set"
          + " default_transaction_read_only to off";
    }
    if (!encoding.equals("UTF8")) {
      return "the encoding of the database is "
          + encoding
          + "; create one with: CREATE DATABASE databroker ENCODING 'UTF8' TEMPLATE template0";
    }
    return "";
  }

  private static String sentence(PostgresSettings settings, SQLException failure) {
    String state = SqlFailures.state(failure);
    String where = "PostgreSQL at " + settings.shownUrl().substring("jdbc:postgresql:".length());
    return switch (state) {
      case "28P01", "28000" ->
          where
              + " refuses the login of "
              + (settings.user() == null ? "the default role" : settings.user())
              + ": "
              + SqlFailures.firstLine(failure)
              + "; check user, password and pg_hba.conf";
      case "3D000" -> where + " has no such database; create it, or correct the URL";
      case "42501" ->
          "the role may not use schema "
              + settings.schema()
              + ": "
              + SqlFailures.firstLine(failure)
              + "; have an administrator run: ALTER SCHEMA "
              + settings.schema()
              + " OWNER TO the role, and the same for its tables";
      case "42P01", "42703", "3F000", "22P02" ->
          "schema "
              + settings.schema()
              + " does not hold the tables of a store ("
              + SqlFailures.firstLine(failure)
              + "); name another schema, or restore this one";
      case "53100" -> where + " has no room left on its disk; free some, then start again";
      case "25006" -> where + " takes no writes: it is read-only or a standby; name the primary";
      case "57014", "55P03" ->
          where
              + " did not complete a statement within "
              + settings.statementTimeout().toMillis()
              + " ms: "
              + SqlFailures.firstLine(failure)
              + "; it is busy, or another session holds a lock: start again, or set a longer"
              + " statementTimeout";
      default ->
          SqlFailures.isLostConnection(failure) || state.startsWith("53")
              ? where
                  + " cannot be reached: "
                  + SqlFailures.firstLine(failure)
                  + "; check that it runs, and the URL"
              : where
                  + " refused a statement with SQLSTATE "
                  + state
                  + ": "
                  + SqlFailures.firstLine(failure)
                  + "; see the log of the server";
    };
  }
}
