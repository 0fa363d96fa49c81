package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.DatabrokerException;
import io.databroker.api.Settings;
import io.databroker.api.UnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection on which a statement has failed. */
class FailedStatementTest {
  private static final int ONE_CONNECTION = 1;

  private final Sessions sessions = sessions();
  private final Transactions transactions = new Transactions(sessions, new EngineState());

  private static Sessions sessions() {
    Settings settings = TestServer.freshSettings();
    TestServer.open(settings).close();
    Duration timeout = Duration.ofSeconds(30);
    SessionSource source = new SessionSource(PostgresSettings.of(settings), new Cluster(), timeout);
    return new Sessions(source::plain, ONE_CONNECTION, timeout, new EngineState());
  }

  @AfterEach
  void close() {
    sessions.close();
  }

  private static int divide(Connection connection, int by) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT 12 / ?::int")) {
      select.setInt(1, by);
      try (ResultSet result = select.executeQuery()) {
        result.next();
        return result.getInt(1);
      }
    }
  }

  /** The driver prepares a statement on the server at its fifth use, which fails here. */
  @Test
  void aReadThatFailsSpoilsNoLaterOne() {
    for (int use = 1; use <= 12; use++) {
      if (use % 5 == 0) {
        assertThatThrownBy(() -> sessions.read(connection -> divide(connection, 0)))
            .isInstanceOf(DatabrokerException.class);
      } else {
        assertThat(sessions.<Integer>read(connection -> divide(connection, 3))).isEqualTo(4);
      }
    }
  }

  @Test
  void aWriteThatFailsSpoilsNoLaterOne() {
    for (int use = 1; use <= 12; use++) {
      if (use % 5 == 0) {
        assertThatThrownBy(() -> transactions.write(tx -> divide(tx.connection, 0)))
            .isInstanceOf(DatabrokerException.class);
      } else {
        assertThat(transactions.<Integer>write(tx -> divide(tx.connection, 3))).isEqualTo(4);
      }
    }
  }

  @Test
  void anErrorOfTheDriverIsALostConnection() {
    AtomicInteger calls = new AtomicInteger();
    int read =
        sessions.read(
            connection -> {
              if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("expected");
              }
              return divide(connection, 3);
            });
    int written =
        transactions.write(
            tx -> {
              if (calls.incrementAndGet() == 3) {
                throw new IllegalStateException("expected");
              }
              return divide(tx.connection, 3);
            });
    assertThat(calls).hasValue(4);
    assertThat(read + written).isEqualTo(8);
    assertThatThrownBy(
            () ->
                transactions.write(
                    tx -> {
                      throw new IllegalStateException("expected");
                    }))
        .isInstanceOf(UnavailableException.class);
  }

  private static int process(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT pg_backend_pid()");
        ResultSet result = select.executeQuery()) {
      result.next();
      return result.getInt(1);
    }
  }

  /** The answer of the failed statement may still be in the stream of its connection. */
  @Test
  void aConnectionIsNotUsedAgainAfterAnUnexpectedFailure() {
    AtomicInteger failed = new AtomicInteger();
    List<Throwable> failures =
        List.of(new OutOfMemoryError("expected"), new NegativeArraySizeException("expected"));
    for (Throwable failure : failures) {
      assertThatThrownBy(
              () ->
                  sessions.read(
                      connection -> {
                        failed.set(process(connection));
                        return fail(failure);
                      }))
          .isSameAs(failure);
      assertThat(sessions.<Integer>read(FailedStatementTest::process)).isNotEqualTo(failed.get());
      assertThatThrownBy(
              () ->
                  transactions.write(
                      tx -> {
                        failed.set(process(tx.connection));
                        return fail(failure);
                      }))
          .isSameAs(failure);
      assertThat(sessions.<Integer>read(FailedStatementTest::process)).isNotEqualTo(failed.get());
    }
  }

  private static int fail(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }
}
