package io.databroker.postgres;

import io.databroker.api.OpenFailedException;
import io.databroker.api.support.ServerVersions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the tables, and migrates those of older releases. */
final class Migration {
  private static final Logger log = LoggerFactory.getLogger(Migration.class);

  /** The version of the newest file in the folder of migrations. */
  static final int NEWEST = 2;

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final String QUOTE = "SELECT quote_ident(?)";
  private static final String HISTORY = "flyway_schema_history";

  /** Selects the name of a table or another relation of a schema; null if it has none. */
  private static final String RELATION =
      "SELECT min(relname::text) FROM pg_class WHERE relnamespace = to_regnamespace(?)";

  private Migration() {}

  /** Migrates the schema if needed; safe when several hosts do so at the same time. */
  static void run(SessionSource source, Connection connection, String schema) throws SQLException {
    int version = version(connection, schema);
    if (version < NEWEST) {
      lock(connection, schema);
      try {
        version = version(connection, schema);
        if (version < NEWEST) {
          migrate(source, connection, schema);
          log.info(
              version == 0
                  ? "created the tables of version {} in schema {}"
                  : "migrated the tables to version {} in schema {}",
              NEWEST,
              schema);
          version = NEWEST;
        }
      } finally {
        unlock(connection, schema);
      }
    }
    if (version > NEWEST) {
      throw new OpenFailedException(
          "schema "
              + schema
              + " has the tables of a newer release (version "
              + version
              + ", this one knows "
              + NEWEST
              + "); start that release, or name another schema",
          null);
    }
    begin(connection);
  }

  /** Lock that makes hosts that start at the same time take turns at the schema. */
  private static void lock(Connection connection, String schema) throws SQLException {
    Deadline deadline = Deadline.after(PATIENCE);
    while (!isTrue(
        connection, "SELECT pg_try_advisory_lock(hashtextextended(?, 0))", lockOf(schema))) {
      if (deadline.isOver()) {
        throw new OpenFailedException(
            "another host has been creating the tables in schema "
                + schema
                + " for a long time; read its log, then start this one again",
            null);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private static void unlock(Connection connection, String schema) throws SQLException {
    isTrue(connection, "SELECT pg_advisory_unlock(hashtextextended(?, 0))", lockOf(schema));
  }

  private static String lockOf(String schema) {
    return "databroker schema " + schema;
  }

  private static boolean isTrue(Connection connection, String sql, String argument)
      throws SQLException {
    return "t".equals(ask(connection, sql, argument));
  }

  /** Runs a query with one argument, and returns its one text. */
  private static @Nullable String ask(Connection connection, String sql, String argument)
      throws SQLException {
    return new Sql(connection, sql, argument).<@Nullable String>readRow(row -> row.getString(1));
  }

  /** Quotes a plain name, which may be a keyword of SQL. */
  private static String quoted(String schema) {
    return '"' + schema + '"';
  }

  /** Returns the version of the tables; 0 if there are none. */
  private static int version(Connection connection, String schema) throws SQLException {
    String table = quoted(schema) + "." + HISTORY;
    if (ask(connection, "SELECT to_regclass(?)", table) == null) {
      return 0;
    }
    String newest =
        "SELECT coalesce(max(version::int), 0) FROM "
            + table
            + " WHERE success"
            + " AND version IS NOT NULL";
    return new Sql(connection, newest).readRow(row -> row.getInt(1));
  }

  /** Creates the schema if absent: without the privilege, Flyway would retry for ten seconds. */
  private static void createSchema(Connection connection, String schema) throws SQLException {
    if (isTrue(connection, "SELECT to_regnamespace(?) IS NOT NULL", quoted(schema))) {
      // CREATE SCHEMA IF NOT EXISTS needs the privilege even if the schema exists.
      if (!isTrue(connection, "SELECT has_schema_privilege(?, 'CREATE')", schema)) {
        throw mayNotCreateTables(connection, schema, null);
      }
      checkEmpty(connection, schema);
      return;
    }
    try (Statement create = connection.createStatement()) {
      create.execute("CREATE SCHEMA " + quoted(schema));
    } catch (SQLException failure) {
      if (!SqlFailures.state(failure).equals("42501")) {
        throw failure;
      }
      throw new OpenFailedException(
          "the role may not create schema "
              + schema
              + "; have an administrator run: CREATE SCHEMA "
              + ask(connection, QUOTE, schema)
              + " AUTHORIZATION "
              + user(connection),
          failure);
    }
  }

  /** Checks that a schema without our history of migrations has no tables of something else. */
  private static void checkEmpty(Connection connection, String schema) throws SQLException {
    if (ask(connection, "SELECT to_regclass(?)", quoted(schema) + "." + HISTORY) != null) {
      return;
    }
    String relation = ask(connection, RELATION, quoted(schema));
    if (relation != null) {
      throw new OpenFailedException(
          "schema "
              + schema
              + " holds something else, such as "
              + relation
              + "; name another one, which is created if absent",
          null);
    }
  }

  private static void migrate(SessionSource source, Connection connection, String schema)
      throws SQLException {
    createSchema(connection, schema);
    try {
      Flyway.configure(Migration.class.getClassLoader())
          .dataSource(new LambdaSource(source::plain))
          .schemas(schema)
          .defaultSchema(schema)
          .createSchemas(false)
          .table(HISTORY)
          .locations("classpath:io/databroker/postgres/schema")
          .connectRetries(0)
          .load()
          .migrate();
    } catch (FlywayException failure) {
      @Nullable SQLException cause = sqlFailure(failure);
      if (cause != null && SqlFailures.state(cause).equals("42501")) {
        throw mayNotCreateTables(connection, schema, failure);
      }
      if (cause != null && SqlFailures.isPassing(cause)) {
        throw cause; // the failure has nothing to do with the schema
      }
      throw new OpenFailedException(
          "the tables in schema "
              + schema
              + " cannot be created: "
              + SqlFailures.firstLine(cause != null ? cause : failure)
              + "; if the schema holds something else, name another one",
          failure);
    }
  }

  private static OpenFailedException mayNotCreateTables(
      Connection connection, String schema, @Nullable Throwable failure) throws SQLException {
    return new OpenFailedException(
        "the role may not create the tables in schema "
            + schema
            + "; have an administrator run: ALTER SCHEMA "
            + ask(connection, QUOTE, schema)
            + " OWNER TO "
            + user(connection),
        failure);
  }

  private static String user(Connection connection) throws SQLException {
    return String.valueOf(ask(connection, "SELECT quote_ident(current_user) WHERE ? = ''", ""));
  }

  private static @Nullable SQLException sqlFailure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  /** Writes the first store row. */
  private static void begin(Connection connection) throws SQLException {
    String insert =
        "INSERT INTO store (history, server_version, earliest, latest, cleared, types_epoch,"
            + " options_epoch, lease_token, cluster, cluster_since, sync_standbys)"
            + " SELECT 1, ?, 1, 0, 0, 0, 0, 0, "
            + Cluster.HERE
            + ", 0, '' WHERE NOT EXISTS (SELECT FROM store) ON CONFLICT DO NOTHING";
    new Sql(connection, insert, ServerVersions.next(0)).execute();
  }
}
