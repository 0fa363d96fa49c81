package io.databroker.server.attack;

import static io.databroker.server.attack.Attacks.before;
import static io.databroker.server.attack.Attacks.pause;

import io.databroker.server.attack.Attacks.Attack;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.QueryRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;

/** Attacks similar to V4, by frames and headers that no library sends. */
final class FrameAttacks {
  private static final byte[] GET =
      GetRequest.newBuilder().setType("none").setId("x".repeat(1_000)).build().toByteArray();

  private FrameAttacks() {}

  static Map<String, Attack> all() {
    return Map.ofEntries(
        Map.entry("V4 flood: CONTINUATION without end", again(FrameAttacks::continuation)),
        Map.entry("V4 flood: huge header block", again(FrameAttacks::hugeHeaders)),
        Map.entry("V4 flood: repeated indexed header", again(FrameAttacks::headerBomb)),
        Map.entry("V4 flood: WINDOW_UPDATE", again(FrameAttacks::windowUpdates)),
        Map.entry("V4 flood: unknown frames", again(FrameAttacks::unknownFrames)),
        Map.entry("V4 flood: calls cancelled at once", again(FrameAttacks::cancelled)),
        Map.entry("V4 flood: many messages in a call", again(FrameAttacks::manyMessages)),
        Map.entry("V4 flood: unknown methods", again(FrameAttacks::unknownMethods)),
        Map.entry("V4 flood: connections that leave", again(FrameAttacks::connectAndLeave)),
        Map.entry("V4 flood: noise", again(FrameAttacks::noise)),
        Map.entry("V4 flood: DATA of one byte", again(FrameAttacks::tinyData)),
        Map.entry("V4 flood: DATA on streams that are over", again(FrameAttacks::dataAfterEnd)),
        Map.entry("V4 flood: resets of streams that are over", again(FrameAttacks::resetsAfterEnd)),
        Map.entry("V4 flood: headers without a name", again(FrameAttacks::namelessHeaders)),
        Map.entry("V4 flood: headers of an open stream", again(FrameAttacks::headersAgain)),
        Map.entry("V4 flood: a huge header table", again(FrameAttacks::headerTable)),
        Map.entry("V2 trailers that are not read", FrameAttacks::unreadTrailers),
        Map.entry("V2 unknown methods that are not read", FrameAttacks::unreadEchoes));
  }

  /** One connection of an attack. */
  private interface Round {
    void on(RawClient client, long until) throws IOException;
  }

  private static Attack again(Round round) {
    return (port, until) -> {
      while (before(until)) {
        try (RawClient client = RawClient.open(port, 1 << 20)) {
          round.on(client, until);
        } catch (IOException e) {
          // cut off: it reconnects
        }
      }
    };
  }

  private static void continuation(RawClient client, long until) throws IOException {
    int stream = client.beginWith(0, RawClient.headers("Get", false));
    ByteArrayOutputStream more = new ByteArrayOutputStream();
    RawClient.header(more, "x-more", "x".repeat(100));
    while (before(until)) {
      client.frame(RawClient.CONTINUATION, 0, stream, more.toByteArray());
      client.drain();
    }
  }

  private static void hugeHeaders(RawClient client, long until) throws IOException {
    for (int i = 0; i < 100 && before(until); i++) {
      client.beginWith(
          RawClient.END_HEADERS,
          RawClient.headersOf("/databroker.DataBrokerService/Get", "x-more", "x".repeat(15_000)));
      client.drain();
    }
  }

  /**
   * A header of 4,000 bytes that is stored in the table once, and then repeated by one byte each
   * time.
   */
  private static void headerBomb(RawClient client, long until) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(RawClient.headers("Get", false));
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    RawClient.header(kept, "x-more", "x".repeat(3_900));
    byte[] indexed = kept.toByteArray();
    indexed[0] = 0x40; // literal with incremental indexing
    block.writeBytes(indexed);
    for (int i = 0; i < 10_000; i++) {
      block.write(0x80 | 62); // the newest entry of the table
    }
    for (int i = 0; i < 100 && before(until); i++) {
      client.beginWith(RawClient.END_HEADERS, block.toByteArray());
      client.drain();
    }
  }

  private static void windowUpdates(RawClient client, long until) throws IOException {
    int stream = client.begin("Get", false);
    for (int i = 0; before(until); i++) {
      client.frame(
          RawClient.WINDOW_UPDATE, 0, i % 2 == 0 ? 0 : stream, RawClient.number(1)); // one byte
      client.drain();
    }
  }

  private static void unknownFrames(RawClient client, long until) throws IOException {
    while (before(until)) {
      client.frame(0x77, 0, 0, new byte[10]);
      client.drain();
    }
  }

  private static void cancelled(RawClient client, long until) throws IOException {
    byte[] query = QueryRequest.newBuilder().setQuery("zzz").setLimit(10).build().toByteArray();
    while (before(until)) {
      int stream = client.call("Query", query, false);
      client.frame(RawClient.RST_STREAM, 0, stream, RawClient.number(8));
      client.drain();
    }
  }

  private static void manyMessages(RawClient client, long until) throws IOException {
    int stream = client.begin("Get", false);
    byte[] empty = RawClient.message(new byte[0], false);
    byte[] many = new byte[16_000];
    for (int i = 0; i + empty.length <= many.length; i += empty.length) {
      System.arraycopy(empty, 0, many, i, empty.length);
    }
    while (before(until)) {
      client.data(stream, many, false);
      client.drain();
    }
  }

  private static void unknownMethods(RawClient client, long until) throws IOException {
    for (int i = 0; i < 900 && before(until); i++) {
      client.callPath("/no.Service/Method" + i, new byte[0]);
      client.drain();
    }
    client.closedWithin(50);
  }

  private static void connectAndLeave(RawClient client, long until) throws IOException {
    client.call("Get", GET, false);
  }

  private static void noise(RawClient client, long until) throws IOException {
    Random random = new Random(client.hashCode());
    byte[] bytes = new byte[10_000];
    random.nextBytes(bytes);
    client.raw("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    client.raw(bytes);
    client.closedWithin(50);
  }

  /**
   * A long message, one byte a frame: each frame is an object in the heap until the message is
   * complete.
   */
  private static void tinyData(RawClient client, long until) throws IOException {
    while (before(until)) {
      int stream = client.begin("Put", false);
      client.data(stream, ByteBuffer.allocate(5).put((byte) 0).putInt(4 << 20).array(), false);
      byte[] one = RawClient.frameBytes(RawClient.DATA, 0, stream, new byte[1]);
      ByteBuffer many = ByteBuffer.allocate(1_000 * one.length);
      for (int i = 0; i < 1_000; i++) {
        many.put(one);
      }
      for (int i = 0; i < 4_000 && before(until); i++) {
        client.raw(many.array());
        client.drain();
      }
    }
  }

  private static int over(RawClient client) throws IOException {
    int stream = client.call("Get", GET, false);
    client.closedWithin(100);
    return stream;
  }

  private static void dataAfterEnd(RawClient client, long until) throws IOException {
    int stream = over(client);
    while (before(until)) {
      client.frame(RawClient.DATA, 0, stream, new byte[100]);
      client.drain();
    }
  }

  private static void resetsAfterEnd(RawClient client, long until) throws IOException {
    int stream = over(client);
    while (before(until)) {
      for (int i = 0; i < 100; i++) {
        client.frame(RawClient.RST_STREAM, 0, stream, RawClient.number(8));
        client.frame(RawClient.WINDOW_UPDATE, 0, stream, RawClient.number(1));
      }
      client.drain();
    }
  }

  private static void namelessHeaders(RawClient client, long until) throws IOException {
    byte[] headers =
        RawClient.headersOf("/databroker.DataBrokerService/Get", "", "x", "", "y", "a b", "z");
    while (before(until)) {
      client.beginWith(RawClient.END_HEADERS, headers);
      client.drain();
    }
  }

  private static void headersAgain(RawClient client, long until) throws IOException {
    byte[] headers = RawClient.headers("Put", false);
    int stream = client.beginWith(RawClient.END_HEADERS, headers);
    while (before(until)) {
      client.frame(RawClient.HEADERS, RawClient.END_HEADERS, stream, headers);
      client.drain();
    }
  }

  /** Makes the server store each header that it sends, in a table of the largest size. */
  private static void headerTable(RawClient client, long until) throws IOException {
    client.frame(RawClient.SETTINGS, 0, 0, RawClient.setting(1, Integer.MAX_VALUE));
    client.widen();
    for (int i = 0; before(until); i++) {
      client.callPath("/" + Math.random() + "n".repeat(7_000) + "/m" + i, new byte[0]);
      client.drain();
    }
  }

  /** Answers without a message, which no window limits, on connections that read nothing. */
  private static void unreadTrailers(int port, long until) throws IOException {
    unread(port, until, client -> client.call("Get", GET, false));
  }

  private static void unreadEchoes(int port, long until) throws IOException {
    String path = "/" + "n".repeat(7_000) + "/m";
    unread(port, until, client -> client.callPath(path, new byte[0]));
  }

  private interface Call {
    void on(RawClient client) throws IOException;
  }

  private static void unread(int port, long until, Call call) throws IOException {
    try (Attacks.Open open = new Attacks.Open()) {
      for (int c = 0; c < 100 && before(until); c++) {
        RawClient client = open.add(RawClient.open(port, 0));
        Thread writer = new Thread(() -> fill(client, call)); // the server may stop reading
        writer.setDaemon(true);
        writer.start();
      }
      while (before(until)) {
        pause();
      }
    }
  }

  private static void fill(RawClient client, Call call) {
    try {
      for (int i = 0; i < 100_000; i++) {
        call.on(client);
      }
    } catch (IOException e) {
      // cut off, or the attack is over
    }
  }
}
