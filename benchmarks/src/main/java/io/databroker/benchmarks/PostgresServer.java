package io.databroker.benchmarks;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A PostgreSQL server that writes to disk, for both sides of a comparison. */
public final class PostgresServer implements AutoCloseable {
  private static final Logger LIBRARIES = Logger.getLogger("");

  private final EmbeddedPostgres server;
  private final String url;

  /** Starts the server. */
  public PostgresServer() throws IOException {
    LIBRARIES.setLevel(Level.SEVERE);
    server =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("max_connections", "200")
            .setServerConfig("shared_buffers", "256MB")
            .setServerConfig("max_wal_size", "4GB")
            .start();
    url = server.getJdbcUrl("postgres", "postgres");
  }

  /** Opens a host over a schema, behind the argument checks. */
  Backend open(String schema) {
    return Stores.broker(
        "postgres", Map.of("url", url, "schema", schema), BackendContext.standard());
  }

  /** Returns the address for a driver. */
  public String url() {
    return url;
  }

  /** Returns the size of the database; NaN if the server is away. */
  public double bytes() {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT pg_database_size(current_database())")) {
      result.next();
      return result.getLong(1);
    } catch (SQLException e) {
      return Double.NaN;
    }
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url + "&prepareThreshold=1");
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns the number of transactions that the server has ended. */
  long transactions() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database")) {
      result.next();
      return result.getLong(1);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
