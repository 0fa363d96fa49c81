package io.databroker.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** One statement and its parameters, on a connection of the caller. */
final class Sql {

  /** Reads a result. */
  interface Reader<T extends @Nullable Object> {
    T of(ResultSet result) throws SQLException;
  }

  private final Connection connection;
  private final String text;
  private final @Nullable Object[] parameters;

  Sql(Connection connection, String text, @Nullable Object... parameters) {
    this.connection = connection;
    this.text = text;
    this.parameters = parameters;
  }

  void execute() throws SQLException {
    try (PreparedStatement statement = prepare()) {
      statement.execute();
    }
  }

  /** Executes a query, and reads its result, from before the first row. */
  <T extends @Nullable Object> T read(Reader<T> reader) throws SQLException {
    try (PreparedStatement statement = prepare();
        ResultSet result = statement.executeQuery()) {
      return reader.of(result);
    }
  }

  /** Executes a query that returns a row, and reads that row. */
  <T extends @Nullable Object> T readRow(Reader<T> reader) throws SQLException {
    return read(
        result -> {
          result.next();
          return reader.of(result);
        });
  }

  /** Executes a query, and reads each of its rows. */
  void readRows(Reader<?> reader) throws SQLException {
    read(
        result -> {
          while (result.next()) {
            reader.of(result);
          }
          return true;
        });
  }

  private PreparedStatement prepare() throws SQLException {
    PreparedStatement statement = connection.prepareStatement(text);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }
}
