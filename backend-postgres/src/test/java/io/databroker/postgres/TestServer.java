package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.CheckedBackend;
import io.databroker.api.Settings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The PostgreSQL server that the tests of one JVM share; it commits to disk. {@code
 * DATABROKER_TEST_POSTGRES}, a JDBC URL with user and password, selects another server.
 */
final class TestServer {
  private static final AtomicInteger SCHEMAS = new AtomicInteger();
  private static final String URL = start();

  private TestServer() {}

  private static String start() {
    Quiet.libraries();
    String given = System.getenv("DATABROKER_TEST_POSTGRES");
    if (given != null) {
      return given;
    }
    try {
      return builder().start().getJdbcUrl("postgres", "postgres");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Server that keeps every acknowledged commit. */
  static EmbeddedPostgres.Builder builder() {
    return EmbeddedPostgres.builder()
        .setPGStartupWait(Duration.ofMinutes(1)) // a standby first replays what it was copied with
        .setServerConfig("fsync", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("max_connections", "300")
        .setServerConfig("unix_socket_directories", ""); // a killed server would leave its socket
  }

  static String url() {
    return URL;
  }

  /** Returns settings for an unused schema. */
  static Settings freshSettings() {
    return settings("t" + ProcessHandle.current().pid() + "_" + SCHEMAS.incrementAndGet());
  }

  static Settings settings(String schema) {
    return settings(URL, schema);
  }

  static Settings settings(String url, String schema) {
    return Settings.builder()
        .set(PostgresSettings.URL, url)
        .set(PostgresSettings.SCHEMA, schema)
        .set(PostgresSettings.POOL_SIZE, 6L)
        .build();
  }

  static Backend open(Settings settings, BackendContext context) {
    PostgresProvider provider = new PostgresProvider();
    return CheckedBackend.over(provider.open(settings, context), provider.limits(settings));
  }

  static Backend open(Settings settings) {
    return open(settings, BackendContext.standard());
  }

  /** Runs a statement that is not one of the backend. */
  static void execute(String sql) throws SQLException {
    execute(URL, sql);
  }

  static void execute(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns the first column of the first row. */
  static String ask(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(URL);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getString(1) : "";
    }
  }
}
