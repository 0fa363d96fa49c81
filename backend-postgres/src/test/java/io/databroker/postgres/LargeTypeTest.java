package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Settings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Calls on types with many records hold the lock that orders writes only for a moment. */
class LargeTypeTest {
  private static final int RECORDS = 30_000;

  private static Settings filled() throws SQLException {
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
            RECORDS));
    return settings;
  }

  /** Otherwise the steps of a long trim would read the history again and again. */
  @Test
  void aStepOfATrimReadsNoMoreThanItRemoves() throws Exception {
    Settings settings = filled();
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
        assertThat(read.getLong(1)).as("rows read").isBetween(5_000L, 20_000L);
      }
    }
  }
}
