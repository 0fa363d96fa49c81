package io.databroker.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.postgresql.PGConnection;

/** The least work of a JDBC program for the same result, over one connection. */
final class BarePostgres implements AutoCloseable {
  /** Tables of live records, of changes, and of the counter that orders them. */
  static final String TABLES =
      """
      CREATE SCHEMA bare;
      CREATE TABLE bare.counter (n bigint) WITH (fillfactor = 20);
      INSERT INTO bare.counter VALUES (0);
      CREATE TABLE bare.live (type text COLLATE "C", id text COLLATE "C", version bigint,
        payload bytea, PRIMARY KEY (type, id));
      CREATE TABLE bare.change (version bigint PRIMARY KEY, type text COLLATE "C",
        id text COLLATE "C", payload bytea)""";

  private static final String UPSERT =
      """
      INSERT INTO bare.live SELECT * FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bytea[])
      ON CONFLICT (type, id) DO UPDATE SET version = EXCLUDED.version, payload = EXCLUDED.payload;
      INSERT INTO bare.change SELECT * FROM unnest(?::bigint[], ?::text[], ?::text[], ?::bytea[])""";

  private final Connection connection;
  private final PreparedStatement count;
  private final PreparedStatement upsert;
  private final PreparedStatement get;
  private final PreparedStatement notify;

  BarePostgres(Connection connection) throws SQLException {
    this.connection = connection;
    this.count = connection.prepareStatement("UPDATE bare.counter SET n = n + ? RETURNING n");
    this.upsert = connection.prepareStatement(UPSERT);
    this.get =
        connection.prepareStatement(
            "SELECT version, payload FROM bare.live WHERE type = ? AND id = ?");
    this.notify = connection.prepareStatement("SELECT pg_notify('bare', '')");
  }

  /** Writes a batch in one transaction; {@code notifies} makes it notify the listeners. */
  void put(String[] types, String[] ids, byte[] payload, boolean notifies) throws SQLException {
    connection.setAutoCommit(false);
    count.setLong(1, types.length);
    long last;
    try (ResultSet result = count.executeQuery()) {
      result.next();
      last = result.getLong(1);
    }
    Long[] versions = new Long[types.length];
    Arrays.setAll(versions, i -> last - types.length + 1 + i);
    byte[][] payloads = new byte[types.length][];
    Arrays.fill(payloads, payload);
    upsert.setArray(1, connection.createArrayOf("text", types));
    upsert.setArray(2, connection.createArrayOf("text", ids));
    upsert.setArray(3, connection.createArrayOf("int8", versions));
    upsert.setArray(4, connection.createArrayOf("bytea", payloads));
    upsert.setArray(5, connection.createArrayOf("int8", versions));
    upsert.setArray(6, connection.createArrayOf("text", types));
    upsert.setArray(7, connection.createArrayOf("text", ids));
    upsert.setArray(8, connection.createArrayOf("bytea", payloads));
    upsert.execute();
    if (notifies) {
      notify.execute();
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  byte[] get(String type, String id) throws SQLException {
    get.setString(1, type);
    get.setString(2, id);
    try (ResultSet result = get.executeQuery()) {
      result.next();
      return result.getBytes(2);
    }
  }

  /** Reads names into a list of texts; returns their number. */
  int names(String table) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT name FROM " + table);
        ResultSet result = select.executeQuery()) {
      int names = 0;
      while (result.next()) {
        names += result.getString(1).isEmpty() ? 0 : 1;
      }
      return names;
    }
  }

  /** Reads the rows of a query with four columns through a cursor; returns their number. */
  long walk(String query) throws SQLException {
    connection.setAutoCommit(false);
    long rows = 0;
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setFetchSize(1_000);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          rows += result.getLong(1) != 0 && !result.getString(2).isEmpty() ? 1 : 0;
          rows += result.getString(3).isEmpty() || result.getBytes(4).length == 0 ? 1 : 0;
        }
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
    return rows;
  }

  void listen() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("LISTEN bare");
    }
  }

  /** Waits for a notification. */
  void await() throws SQLException {
    PGConnection driver = connection.unwrap(PGConnection.class);
    while (driver.getNotifications(0).length == 0) {
      // Waits on.
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
