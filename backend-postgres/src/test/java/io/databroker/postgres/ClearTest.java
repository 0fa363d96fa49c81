package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.Settings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A clear during other writes that do not take the lock of the store. */
class ClearTest {

  /** Another host sets the first checkpoint, which becomes visible before the clear. */
  @Test
  void aCheckpointThatIsSetBeforeTheClearIsCleared() throws Exception {
    Settings settings = TestServer.freshSettings();
    try (Backend backend = TestServer.open(settings);
        Connection host = DriverManager.getConnection(TestServer.url());
        Statement set = host.createStatement()) {
      host.setAutoCommit(false);
      set.execute(
          String.format(
              Locale.ROOT,
              "INSERT INTO %s.checkpoint (server_version, record_version) VALUES (7, 8)",
              settings.get(PostgresSettings.SCHEMA)));
      FutureTask<ClearResult> clear = new FutureTask<>(backend::clear);
      Thread thread = new Thread(clear, "clear");
      thread.setDaemon(true);
      thread.start();
      LargeTypeTest.await("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
      host.commit();
      clear.get(30, TimeUnit.SECONDS);
      assertThat(backend.checkpoint()).isEqualTo(Checkpoint.NONE);
      backend.setCheckpoint(new Checkpoint(9, 10));
      assertThat(backend.checkpoint()).isEqualTo(new Checkpoint(9, 10));
    }
  }
}
