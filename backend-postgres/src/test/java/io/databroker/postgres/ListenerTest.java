package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.databroker.api.Backend;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The listener ends with its host. */
class ListenerTest {

  @Test
  void aCloseEndsAListenerThatIsConnecting() throws Exception {
    assumeTrue(
        System.getenv("DATABROKER_TEST_POSTGRES") == null, "only a server of the test's own");
    String schema = TestServer.freshSettings().get(PostgresSettings.SCHEMA);
    String port = ":" + URI.create(TestServer.url().substring("jdbc:".length())).getPort();
    try (TcpSwitch network = new TcpSwitch(Integer.parseInt(port.substring(1)))) {
      String far = TestServer.url().replace(port, ":" + network.port());
      Backend host =
          TestServer.open(TestServer.settings(far + "&ApplicationName=" + schema, schema));
      network.swallow();
      TestServer.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"
              + schema
              + "'");
      Deadline deadline = Deadline.after(Duration.ofSeconds(30));
      while (listeners().stream().noneMatch(ListenerTest::isConnecting)) {
        assertThat(deadline.isOver()).isFalse();
        LockSupport.parkNanos(1_000_000);
      }
      host.close();
      assertThat(listeners()).isEmpty();
    }
  }

  private static List<Thread> listeners() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("databroker-postgres-listener"))
        .toList();
  }

  private static boolean isConnecting(Thread thread) {
    return Stream.of(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals("org.postgresql.Driver"));
  }
}
