package io.databroker.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.host.Databroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hostile clients of the endpoint for metrics and health. */
class MetricsEndpointTest {
  private static final String HALF = "GET /metrics HTTP/1.1\r\nHost: a\r\n";
  private static final String WHOLE = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n";

  private final List<Socket> open = new ArrayList<>();
  private final ServerMetrics metrics = new ServerMetrics();
  private final AtomicReference<String> trouble = new AtomicReference<>();
  private MetricsEndpoint endpoint;

  @BeforeEach
  void start() throws IOException {
    endpoint = start(Duration.ofMinutes(1));
  }

  private MetricsEndpoint start(Duration patience) throws IOException {
    MetricsEndpoint started =
        new MetricsEndpoint(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), metrics, patience);
    started.opened(() -> BackendState.SERVING, trouble::get);
    return started;
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket each : open) {
      each.close();
    }
    endpoint.close();
    metrics.close();
  }

  private Socket send(MetricsEndpoint to, String text) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.port());
    socket.setSoTimeout(20_000);
    open.add(socket);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static BufferedReader lines(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private void isAnswered() throws IOException {
    assertThat(lines(send(endpoint, WHOLE)).readLine()).isEqualTo("HTTP/1.1 200 OK");
  }

  @Test
  void requestsThatNeverEndDelayNoOther() throws Exception {
    for (int i = 0; i < 200; i++) {
      send(endpoint, HALF);
    }
    isAnswered();
  }

  @Test
  void aClientThatAsksOnAndReadsNothingDelaysNoOther() throws Exception {
    Socket greedy = send(endpoint, "");
    byte[] asks =
        WHOLE.replace("readyz", "metrics").repeat(2_000).getBytes(StandardCharsets.US_ASCII);
    Thread writer =
        new Thread(
            () -> {
              try {
                greedy.getOutputStream().write(asks);
              } catch (IOException e) {
                // the test is over
              }
            });
    writer.setDaemon(true);
    writer.start();
    assertThat(lines(greedy).readLine()).isEqualTo("HTTP/1.1 200 OK");
    isAnswered();
  }

  @Test
  void aRequestHasToArriveInTime() throws Exception {
    try (MetricsEndpoint impatient = start(Duration.ofMillis(200))) {
      Socket slow = send(impatient, HALF);
      assertThat(slow.getInputStream().read()).isEqualTo(-1);
      assertThat(send(impatient, "").getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void whatIsNoRequestOrTooLargeIsRefused() throws Exception {
    String header = "x: " + "y".repeat(9_000) + "\r\n";
    assertThat(lines(send(endpoint, HALF + header + "\r\n")).readLine()).contains(" 400 ");
    assertThat(lines(send(endpoint, "no request\r\n\r\n")).readLine()).contains(" 400 ");
    assertThat(lines(send(endpoint, WHOLE.replace("readyz", "x".repeat(9_000)))).readLine())
        .contains(" 400 ");
    isAnswered();
  }

  @Test
  void aScrapeThatWaitsForTheBackendDelaysNoHealthCheck() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
      Backend hanging =
          new ForwardingBackend(broker.backend()) {
            @Override
            public List<String> listTypes() {
              asked.countDown();
              awaitUninterruptibly(answered);
              return super.listTypes();
            }
          };
      Backend metered = metrics.over(hanging, "hanging");
      Socket scrape = send(endpoint, WHOLE.replace("readyz", "metrics"));
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      isAnswered();
      assertThat(lines(send(endpoint, WHOLE.replace("readyz", "healthz"))).readLine())
          .isEqualTo("HTTP/1.1 200 OK");
      answered.countDown();
      assertThat(lines(scrape).readLine()).isEqualTo("HTTP/1.1 200 OK");
      metered.close();
    }
  }

  @Test
  void aServerThatServesNoCallIsNotReadyThoughItsBackendIs() throws Exception {
    trouble.set("the server is stopping");
    assertThat(lines(send(endpoint, WHOLE)).readLine()).contains(" 503 ");
    trouble.set(null);
    isAnswered();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void severalRequestsOfOneConnectionAreAnsweredInOrder() throws Exception {
    String post = "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
    assertThat(lines(send(endpoint, post)).readLine()).contains(" 405 ");
    String three = WHOLE + WHOLE.replace("readyz", "nowhere") + WHOLE.replace("GET", "HEAD");
    BufferedReader answers = lines(send(endpoint, three));
    List<String> statuses =
        answers.lines().filter(line -> line.startsWith("HTTP/1.1")).limit(3).toList();
    assertThat(statuses)
        .containsExactly("HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK");
  }
}
