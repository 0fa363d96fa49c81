package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.PutResult;
import io.databroker.api.Settings;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/**
 * Hosts that stop within a transaction, at a place where the timeouts of PostgreSQL do not count.
 */
class FrozenHostTest {
  private final Settings settings = TestServer.freshSettings();
  private final SessionSource source =
      new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(2));

  private Connection locked() throws Exception {
    Connection connection = source.judged();
    connection.setAutoCommit(false);
    new Tx(connection).lock();
    return connection;
  }

  private static PutResult putInTime(Backend other) {
    Deadline bound = Deadline.after(Duration.ofSeconds(30));
    while (true) {
      try {
        return other.put(List.of(Write.put("t", "id", Bytes.EMPTY)));
      } catch (UnavailableException locked) {
        if (bound.isOver()) {
          throw locked;
        }
      }
    }
  }

  @Test
  void aHostThatReadsNoAnswerReleasesTheLock() throws Exception {
    try (Backend other = TestServer.open(settings);
        Connection frozen = locked()) {
      String sql = "COPY (SELECT repeat('x', 1000000) FROM generate_series(1, 64)) TO STDOUT";
      frozen.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
      try {
        assertThat(putInTime(other).records()).hasSize(1);
      } finally {
        RawSockets.cutOff(frozen);
      }
    }
  }

  /** Needs PostgreSQL 17, which has a timeout for the transaction. */
  @Test
  void aHostThatSendsHalfAStatementReleasesTheLock() throws Exception {
    String version = TestServer.ask("SELECT current_setting('server_version_num')");
    assumeThat(Integer.parseInt(version)).isGreaterThanOrEqualTo(170_000);
    CountDownLatch ended = new CountDownLatch(1);
    InputStream half =
        new InputStream() {
          private int left = 1 << 20;

          @Override
          public int read() {
            return read(new byte[1], 0, 1) < 0 ? -1 : 0;
          }

          @Override
          public int read(byte[] buffer, int from, int length) {
            if (left == 0) {
              awaitEnd(ended);
              return -1;
            }
            int size = Math.min(left, length);
            left -= size;
            return size;
          }
        };
    try (Backend other = TestServer.open(settings);
        Connection frozen = locked();
        PreparedStatement statement = frozen.prepareStatement("SELECT octet_length(?)")) {
      statement.setBinaryStream(1, half, 2 << 20);
      FutureTask<Boolean> sending = new FutureTask<>(statement::execute);
      new Thread(sending, "frozen host").start();
      try {
        assertThat(putInTime(other).records()).hasSize(1);
        assertThat(sending.isDone()).isFalse();
      } finally {
        RawSockets.cutOff(frozen);
        ended.countDown();
      }
      assertThat(sending).failsWithin(30, TimeUnit.SECONDS);
    }
  }

  private static void awaitEnd(CountDownLatch ended) {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
