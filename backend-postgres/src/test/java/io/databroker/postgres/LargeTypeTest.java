package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Settings;
import io.databroker.api.TypeOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Calls on types with many records hold the lock that orders writes only for a moment. */
class LargeTypeTest {
  private static final BackendContext PATIENT =
      BackendContext.standard().withCallTimeout(Duration.ofMinutes(1));

  private static Settings filled(int records) throws SQLException {
    Settings settings = TestServer.freshSettings();
    TestServer.open(settings).close();
    String schema = settings.get(PostgresSettings.SCHEMA);
    TestServer.execute(
        String.format(
            Locale.ROOT,
            "INSERT INTO %1$s.record SELECT i, 't', 'id' || i, 'k=v', i, false, i, NULL, NULL, false"
                + " FROM generate_series(1, %2$d) i;"
                + " INSERT INTO %1$s.type_count VALUES ('t', %2$d, false);"
                + " UPDATE %1$s.store SET latest = %2$d, types_epoch = types_epoch + 1",
            schema,
            records));
    return settings;
  }

  /** A writer on another host, which keeps the lock until it is closed. */
  private static Connection lockedBy(Settings settings) throws SQLException {
    SessionSource source =
        new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(30));
    Connection connection = source.plain();
    connection.setAutoCommit(false);
    new Tx(connection).lock();
    return connection;
  }

  private static void await(String sql, String answer) throws SQLException {
    Deadline bound = Deadline.after(Duration.ofSeconds(60));
    while (!TestServer.ask(sql).equals(answer)) {
      assertThat(bound.isOver()).as(sql).isFalse();
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** A record is marked once it can expire. */
  @Test
  void aTtlMarksStoredRecordsWithoutTheLock() throws Exception {
    Settings settings = filled(3_000);
    String schema = settings.get(PostgresSettings.SCHEMA);
    try (Backend backend = TestServer.open(settings, PATIENT)) {
      FutureTask<Boolean> setting =
          new FutureTask<>(
              () -> backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofDays(1))), true);
      try (Connection writer = lockedBy(settings)) {
        assertThat(writer.isClosed()).isFalse();
        Thread thread = new Thread(setting, "set options");
        thread.start();
        await(
            "SELECT count(*) FROM " + schema + ".record WHERE expires", "3000");
        assertThat(setting.isDone()).isFalse();
        writer.rollback();
      }
      setting.get(60, TimeUnit.SECONDS);
      assertThat(backend.expire()).isEqualTo(3_000);
    }
  }

  /** Otherwise the steps of a long trim would read the history again and again. */
  @Test
  void aStepOfATrimReadsNoMoreThanItRemoves() throws Exception {
    Settings settings = filled(25_000);
    SessionSource source =
        new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(30));
    Store store = new Store(null, null, null, null, null, null, null, "channel");
    try (Connection connection = source.plain();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      Tx tx = new Tx(connection);
      tx.lock();
      Trim.Step step = new Trim(store).step(tx, Long.MAX_VALUE);
      assertThat(step.dropped()).isBetween(1L, 6_000L);
      try (ResultSet read =
          statement.executeQuery(
              "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'record'::regclass")) {
        read.next();
        assertThat(read.getLong(1)).as("rows read").isBetween(5_000L, 17_500L);
      }
    }
  }
}
