package io.databroker.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of an endpoint that leave, or send more than one request. */
class HttpExchangesTest {
  private static final int SECONDS = 20;

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final CompletableFuture<Boolean> abandoned = new CompletableFuture<>();
  private HttpEndpoint endpoint;

  @BeforeEach
  void start() throws IOException {
    endpoint =
        HttpEndpoint.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new HttpEndpoint.Settings("test", 1, 1_000, Duration.ofSeconds(SECONDS), null),
            this::answer);
  }

  @AfterEach
  void stop() {
    goOn.countDown();
    endpoint.close();
  }

  private HttpAnswer answer(HttpQuestion question) {
    if (question.path().equals("/search")) {
      abandoned.complete(becomesAbandoned(question));
    } else if (question.path().equals("/slow")) {
      begun.countDown();
      await(goOn);
    }
    return HttpAnswer.plain(200, "answer to " + question);
  }

  private boolean becomesAbandoned(HttpQuestion question) {
    begun.countDown();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!question.isAbandoned() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    return question.isAbandoned();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
    socket.setSoTimeout(SECONDS * 1_000);
    return socket;
  }

  private static void ask(Socket socket, String path) throws IOException {
    send(socket, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Reads up to the end of a text. */
  private static void readTo(Socket socket, String end) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder read = new StringBuilder();
    while (read.indexOf(end) < 0) {
      int next = in.read();
      assertThat(next).as("the answer so far: %s", read).isNotNegative();
      read.append((char) next);
    }
  }

  @Test
  void aSearchWhoseClientLeavesIsAbandoned() throws Exception {
    try (Socket client = connect()) {
      ask(client, "/search");
      await(begun);
    }
    assertThat(abandoned.get(SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aClientThatEndsItsOutputStillReceivesTheAnswer() throws Exception {
    try (Socket client = connect()) {
      ask(client, "/slow");
      await(begun);
      client.shutdownOutput();
      goOn.countDown();
      readTo(client, "answer to /slow");
      assertThat(client.getInputStream().read()).as("the connection is closed").isNegative();
    }
  }

  @Test
  void aConnectionWithoutARequestIsClosedWhenItsClientLeaves() throws Exception {
    try (Socket client = connect()) {
      ask(client, "/quick");
      readTo(client, "answer to /quick");
      client.shutdownOutput();
      assertThat(client.getInputStream().read()).isNegative();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: localhost\r\nHost: other\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n"
      })
  void aRequestThatProxiesReadDifferentlyIsRejected(String headers) throws Exception {
    try (Socket client = connect()) {
      send(client, "GET /quick HTTP/1.1\r\n" + headers + "\r\n0\r\n\r\n");
      readTo(client, "400 Bad Request");
      readTo(client, "this is not an HTTP request");
    }
  }

  @Test
  void requestsThatArriveMeanwhileAreAnsweredInOrder() throws Exception {
    try (Socket client = connect()) {
      ask(client, "/slow");
      await(begun);
      ask(client, "/second");
      ask(client, "/third");
      send(client, "GET /fourth HTTP/1.1\r\n");
      goOn.countDown();
      readTo(client, "answer to /slow");
      readTo(client, "answer to /second");
      readTo(client, "answer to /third");
      send(client, "\r\n");
      readTo(client, "answer to /fourth");
    }
  }
}
