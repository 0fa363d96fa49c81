package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.attack.RawClient;
import io.databroker.server.fixture.LockedBackend;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Limits on frames that no gRPC library sends. */
class FrameLimitsTest {
  /** HPACK's "dynamic table size update" to 4,096 bytes. */
  private static final String TABLE_OF_4096 = "3fe11f";

  /** Held strongly, because an unreferenced logger loses its level. */
  private static final List<Logger> NOISY =
      List.of(
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport"));

  @BeforeAll
  static void silenceWhatThePeerCauses() {
    NOISY.forEach(each -> each.setLevel(Level.OFF));
  }

  @AfterAll
  static void restoreLogs() {
    NOISY.forEach(each -> each.setLevel(null));
  }

  private static Served serve() throws IOException {
    return Served.with(
        new LockedBackend().checked(),
        new QuerySettings(),
        new ServerSettings().withReflection(true));
  }

  @Test
  void aRequestInFramesOfOneByteIsCutOff() throws Exception {
    try (Served served = serve();
        RawClient client = RawClient.open(served.server.port(), 1 << 20)) {
      int stream = client.begin("Put", false);
      byte[] start = ByteBuffer.allocate(5).put((byte) 0).putInt(1 << 20).array();
      client.data(stream, start, false);
      assertThat(
              isCutOff(
                  client,
                  () -> {
                    for (int i = 0; i < 2_000; i++) {
                      client.frame(RawClient.DATA, 0, stream, new byte[1]);
                    }
                  }))
          .isTrue();
    }
  }

  /** Returns whether the server closes the connection while the frames are sent or after them. */
  private static boolean isCutOff(RawClient client, Frames frames) throws IOException {
    try {
      frames.send();
    } catch (SocketException e) {
      return true; // reset by the peer
    }
    return client.closedWithin(20_000);
  }

  @FunctionalInterface
  private interface Frames {
    void send() throws IOException;
  }

  @Test
  void manyCallsThatSendTheirEndApartAreNotCutOff() throws Exception {
    try (Served served = serve();
        RawClient client = RawClient.open(served.server.port(), 1 << 20)) {
      for (int i = 0; i < 2_000; i++) {
        int stream = client.begin("Get", false);
        client.data(stream, RawClient.message(new byte[0], false), false);
        client.data(stream, new byte[0], true);
        client.receive(RawClient.HEADERS);
      }
    }
  }

  @Test
  void aLargeRequestInOddPiecesIsNotCutOff() throws Exception {
    byte[] large = RawClient.message(new byte[900_000], false);
    try (Served served = serve();
        RawClient client = RawClient.open(served.server.port(), 1 << 20)) {
      client.receive(RawClient.SETTINGS);
      client.frame(RawClient.SETTINGS, 1, 0, new byte[0]); // ACK: the larger windows hold
      int stream = client.begin("Put", false);
      int sent = 0;
      for (int i = 0; sent < large.length; i++) {
        int length = Math.min(i % 2 == 0 ? 600 : 10, large.length - sent);
        client.frame(RawClient.DATA, 0, stream, Arrays.copyOfRange(large, sent, sent + length));
        sent += length;
      }
      client.data(stream, new byte[0], true);
      client.receive(RawClient.HEADERS); // an answer, though a refusal
    }
  }

  @Test
  void callsThatAreResetAtOnceAreAFlood() throws Exception {
    try (Served served = serve();
        RawClient client = RawClient.open(served.server.port(), 1 << 20)) {
      assertThat(
              isCutOff(
                  client,
                  () -> {
                    for (int i = 0; i < 600; i++) {
                      reset(client, client.begin("Get", false));
                    }
                  }))
          .isTrue();
    }
  }

  @Test
  void callsThatRanIntoTheirDeadlineAreNoFlood() throws Exception {
    try (Served served = serve();
        RawClient client = RawClient.open(served.server.port(), 1 << 20)) {
      int[] streams = new int[600];
      for (int i = 0; i < streams.length; i++) {
        streams[i] = client.begin("Get", false);
      }
      long opened = System.nanoTime();
      while (System.nanoTime() - opened < TimeUnit.MILLISECONDS.toNanos(300)) {
        LockSupport.parkNanos(1_000_000); // the test depends on their age
      }
      for (int stream : streams) {
        reset(client, stream);
      }
      client.call("Get", new byte[0], false);
      client.receive(RawClient.HEADERS);
    }
  }

  private static void reset(RawClient client, int stream) throws IOException {
    client.frame(RawClient.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
  }

  @Test
  void aMalformedMessageToReflectionEndsOnlyItsOwnCall() throws Exception {
    byte[] headers =
        RawClient.headersOf("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
    try (Served served = serve();
        RawClient client = RawClient.open(served.server.port(), 1 << 20)) {
      for (int i = 0; i < 50; i++) {
        int stream = client.beginWith(RawClient.END_HEADERS, headers);
        client.data(stream, new byte[] {2, 0, 0, 0, 0}, false);
        client.receive(RawClient.HEADERS);
      }
      client.call("Get", new byte[0], false);
      client.receive(RawClient.HEADERS);
    }
  }

  @Test
  void theServerRemembersFewOfTheHeadersThatItSends() throws Exception {
    try (Served served = serve();
        RawClient client = RawClient.open(served.server.port(), 1 << 20)) {
      client.frame(RawClient.SETTINGS, 0, 0, RawClient.setting(1, Integer.MAX_VALUE));
      client.call("Get", new byte[0], false);
      String headers = HexFormat.of().formatHex(client.receive(RawClient.HEADERS));
      assertThat(headers).contains(TABLE_OF_4096);
    }
  }
}
