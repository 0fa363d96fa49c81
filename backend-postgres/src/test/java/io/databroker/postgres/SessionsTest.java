package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** The timer that cuts off late calls outlives failures. */
class SessionsTest {
  private static final Duration TIME = Duration.ofSeconds(30);

  private static Connection connection(Runnable cut) {
    return FakeConnection.telling(
        method -> {
          if (method.equals("abort")) {
            cut.run();
          }
        });
  }

  private static Connection take(BlockingQueue<Connection> connections) throws SQLException {
    try {
      return connections.take();
    } catch (InterruptedException closed) {
      throw new SQLException("closed", closed);
    }
  }

  /** Log that fails, as with a full heap. */
  private static final class FailingLog extends Handler {
    @Override
    public void publish(LogRecord message) {
      throw new IllegalStateException("the log fails");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void aCutOffThatFailsIsTriedAgainAndDelaysNoOther() throws Exception {
    Quiet.libraries();
    CountDownLatch failed = new CountDownLatch(2);
    CountDownLatch other = new CountDownLatch(1);
    BlockingQueue<Connection> connections =
        new LinkedBlockingQueue<>(
            List.of(
                connection(
                    () -> {
                      failed.countDown();
                      throw new OutOfMemoryError("a full heap");
                    }),
                connection(other::countDown)));
    Logger log = Logger.getLogger(Sessions.class.getName());
    Handler failing = new FailingLog();
    log.setLevel(Level.ALL);
    log.addHandler(failing);
    try (Sessions sessions = new Sessions(() -> take(connections), 2, TIME, new EngineState());
        Session first = sessions.lend(Deadline.after(Duration.ofSeconds(4)));
        Session second = sessions.lend(Deadline.after(Duration.ofSeconds(5)))) {
      assertThat(first.connection()).isNotSameAs(second.connection());
      assertThat(other.await(30, TimeUnit.SECONDS)).as("the other call ends").isTrue();
      assertThat(failed.await(30, TimeUnit.SECONDS)).as("tried again").isTrue();
    } finally {
      log.removeHandler(failing);
      log.setLevel(null);
    }
  }
}
