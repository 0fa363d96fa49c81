package io.databroker.server.attack;

import static io.databroker.server.attack.Attacks.before;
import static io.databroker.server.attack.Attacks.pause;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.databroker.server.attack.Attacks.Attack;
import io.databroker.server.proto.AcquireLeaseRequest;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SetOptionsRequest;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncRequest;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Attacks similar to V1, V2, V5 and V7: clients that make the server hold memory. */
final class HoldingAttacks {
  private static final int LEVELS = 5_000;

  private HoldingAttacks() {}

  static Map<String, Attack> all(long serverVersion) {
    byte[] everything = QueryRequest.newBuilder().setLimit(3).build().toByteArray();
    byte[] sync = SyncRequest.newBuilder().setServerVersion(serverVersion).build().toByteArray();
    byte[] latest = SyncLatestRequest.getDefaultInstance().toByteArray();
    Map<String, Attack> all = new LinkedHashMap<>();
    all.put("V1 zeros, gzipped", Attacks.bomb("Put", new byte[200 << 20], true));
    all.put("V1 nested messages", Attacks.bomb("Query", nestedFilter(), false));
    all.put("V1 nested payload, searched", HoldingAttacks::nestedPayload);
    all.put("V1 puts of unknown types", HoldingAttacks::manyTypes);
    all.put("V2 queries that are not read", unread("Query", everything, 10, 500, 0));
    all.put("V2 snapshots that are not read", unread("SyncLatest", latest, 10, 100, 0));
    all.put("V2 a window of one byte", unread("SyncLatest", latest, 5, 100, 1));
    all.put("V3 queries like regular expressions", HoldingAttacks::regex);
    all.put("V5 syncs from the start, read slowly", unread("Sync", sync, 5, 100, 1_000));
    all.put("V5 flood: syncs that are read", readSyncs(sync));
    all.put("V5 health watchers", path("/grpc.health.v1.Health/Watch", 100, 900));
    all.put("V5 calls that never end", HoldingAttacks::openCalls);
    all.put("V5 small parts of requests", HoldingAttacks::smallParts);
    all.put("V5 watchers of a batch each", watchBatches(serverVersion));
    all.put("V5 waits for versions", HoldingAttacks::versionWaits);
    all.put("V6 options", HoldingAttacks::options);
    all.put("V6 leases of long names", HoldingAttacks::leaseNames);
    all.put("V7 connections without calls", HoldingAttacks::idle);
    return all;
  }

  private static byte[] nestedFilter() {
    byte[] value = new byte[0];
    for (int i = 0; i < LEVELS; i++) {
      value = Attacks.nested(6, Attacks.nested(1, value)); // Value.list_value, ListValue.values
    }
    byte[] entry = Attacks.concat(Attacks.nested(1, new byte[] {'a'}), Attacks.nested(2, value));
    return Attacks.nested(5, Attacks.nested(1, entry)); // QueryRequest.filter
  }

  private static PutRequest put(String type, String id, Any data) {
    return PutRequest.newBuilder()
        .addRecords(Record.newBuilder().setType(type).setId(id).setData(data))
        .build();
  }

  /** A payload in a payload, and so on. */
  private static void nestedPayload(int port, long until) throws IOException {
    Any any = Any.getDefaultInstance();
    for (int i = 0; i < 1_000; i++) {
      any =
          Any.newBuilder()
              .setTypeUrl("type.googleapis.com/google.protobuf.Any")
              .setValue(any.toByteString())
              .build();
    }
    byte[] record = put("nested", "1", any).toByteArray();
    byte[] query = QueryRequest.newBuilder().setQuery("zz").setLimit(1).build().toByteArray();
    loop(
        port,
        until,
        (client, i) -> {
          client.call("Put", record, false);
          client.call("Query", query, false);
        });
  }

  private static void manyTypes(int port, long until) throws IOException {
    loop(
        port,
        until,
        (client, i) -> {
          String name = "type-" + i % 5_000;
          client.call("Put", put(name, "1", Any.getDefaultInstance()).toByteArray(), false);
          client.call("ListTypes", new byte[0], false);
        });
  }

  private static void regex(int port, long until) throws IOException {
    byte[] query =
        QueryRequest.newBuilder()
            .setQuery("(a+)+$" + "(.*a){20}".repeat(100))
            .setLimit(1)
            .build()
            .toByteArray();
    loop(port, until, (client, i) -> client.call("Query", query, false));
  }

  /** Large batches, each preceded by another watcher that does not read. */
  private static Attack watchBatches(long serverVersion) {
    Any data = Any.newBuilder().setValue(ByteString.copyFrom(new byte[9_000])).build();
    PutRequest.Builder batch = PutRequest.newBuilder();
    for (int i = 0; i < 1_000; i++) {
      batch.addRecords(Record.newBuilder().setType("batch").setId("" + i).setData(data));
    }
    PutRequest put = batch.build();
    return (port, until) -> {
      ManagedChannel channel = channel(port);
      try (Attacks.Open open = new Attacks.Open()) {
        RawClient watcher = open.add(RawClient.open(port, 0));
        while (before(until)) {
          long first = calls(channel).put(put).getRecords(0).getVersion();
          SyncRequest sync =
              SyncRequest.newBuilder()
                  .setServerVersion(serverVersion)
                  .setRecordVersion(first - 1)
                  .build();
          watcher.call("Sync", sync.toByteArray(), false);
          watcher.drain();
        }
      } catch (StatusRuntimeException | IOException e) {
        Attacks.stay(List.of(), until); // cut off, or refused
      } finally {
        channel.shutdownNow();
      }
    };
  }

  /** Queries that wait for a version; each write wakes all of them. */
  private static void versionWaits(int port, long until) {
    byte[] put = put("small", "2", Any.getDefaultInstance()).toByteArray();
    ManagedChannel channel = channel(port);
    try {
      long[] latest = {0};
      ContentAttacks.loop(
          port,
          until,
          20_000,
          (client, i) -> {
            if (i % 50 == 0) {
              client.call("Put", put, false);
              latest[0] = latest(channel);
            }
            byte[] query =
                QueryRequest.newBuilder()
                    .setType("small")
                    .setMinimumRecordVersionHint(latest[0] + 10)
                    .build()
                    .toByteArray();
            client.call("Query", query, false);
          });
    } finally {
      channel.shutdownNow();
    }
  }

  private static long latest(ManagedChannel channel) throws IOException {
    try {
      return calls(channel).serverInfo(Empty.getDefaultInstance()).getLatestRecordVersion();
    } catch (StatusRuntimeException e) {
      throw new IOException(e); // the attack is over
    }
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
        .maxInboundMessageSize(64 << 20)
        .build();
  }

  private static DataBrokerServiceGrpc.DataBrokerServiceBlockingStub calls(ManagedChannel channel) {
    return DataBrokerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  private static void options(int port, long until) throws IOException {
    loop(
        port,
        until,
        (client, i) ->
            client.call(
                "SetOptions",
                SetOptionsRequest.newBuilder()
                    .setType("option-" + i)
                    .setOptions(Options.newBuilder().setCapacity(1 + i % 100))
                    .build()
                    .toByteArray(),
                false));
  }

  private static void leaseNames(int port, long until) throws IOException {
    byte[] request =
        AcquireLeaseRequest.newBuilder().setName("x".repeat(1 << 20)).build().toByteArray();
    loop(port, until, (client, i) -> client.call("AcquireLease", request, false));
  }

  /** One call of a loop. */
  private interface Step {
    void call(RawClient client, int number) throws IOException;
  }

  /** Calls at the highest rate that the server allows a reading client. */
  private static void loop(int port, long until, Step step) throws IOException {
    int number = 0;
    while (before(until)) {
      try (RawClient client = RawClient.open(port, 1 << 20)) {
        client.widen();
        for (int i = 0; i < 400 && before(until); i++) {
          step.call(client, number++);
          client.drain();
        }
        client.closedWithin(300);
      } catch (IOException e) {
        // cut off: it reconnects
      }
    }
  }

  /** Calls with large answers, on connections that accept {@code window} bytes of each. */
  private static Attack unread(
      String method, byte[] request, int connections, int calls, int window) {
    return (port, until) -> {
      try (Attacks.Open open = new Attacks.Open()) {
        for (int c = 0; c < connections && before(until); c++) {
          RawClient client = open.add(RawClient.open(port, window));
          try {
            for (int i = 0; i < calls && before(until); i++) {
              client.call(method, request, false);
              client.drain();
            }
          } catch (IOException e) {
            // cut off
          }
        }
        Attacks.stay(open.all(), until);
      }
    };
  }

  private static Attack readSyncs(byte[] request) {
    return (port, until) -> loop(port, until, (client, i) -> client.call("Sync", request, false));
  }

  private static Attack path(String path, int connections, int calls) {
    return (port, until) -> {
      try (Attacks.Open open = new Attacks.Open()) {
        for (int c = 0; c < connections && before(until); c++) {
          RawClient client = open.add(RawClient.open(port, 65_535));
          try {
            for (int i = 0; i < calls && before(until); i++) {
              client.callPath(path, new byte[0]);
              client.drain();
            }
          } catch (IOException e) {
            // cut off
          }
        }
        Attacks.stay(open.all(), until);
      }
    };
  }

  /** As many calls as possible, without sending their requests. */
  private static void openCalls(int port, long until) throws IOException {
    try (Attacks.Open open = new Attacks.Open()) {
      for (int c = 0; c < 80 && before(until); c++) {
        RawClient client = open.add(RawClient.open(port, 65_535));
        try {
          for (int i = 0; i < 900 && before(until); i++) {
            client.begin("Put", false);
            client.drain();
          }
        } catch (IOException e) {
          // cut off
        }
      }
      Attacks.stay(open.all(), until);
    }
  }

  /** Requests that have arrived only in small part, possibly too small to count. */
  private static void smallParts(int port, long until) throws IOException {
    byte[] part = ByteBuffer.allocate(60_000).put((byte) 0).putInt(1 << 20).array();
    try (Attacks.Open open = new Attacks.Open()) {
      for (int c = 0; c < 20 && before(until); c++) {
        RawClient client = open.add(RawClient.open(port, 65_535));
        try {
          for (int i = 0; i < 900 && before(until); i++) {
            client.data(client.begin("Put", false), part, false);
            client.drain();
          }
        } catch (IOException e) {
          // cut off
        }
      }
      Attacks.stay(open.all(), until);
    }
  }

  /** Connections that are complete and make no call. */
  private static void idle(int port, long until) throws IOException {
    try (Attacks.Open open = new Attacks.Open()) {
      for (int i = 0; i < 2_000 && before(until); i++) {
        try {
          open.add(RawClient.open(port, 65_535));
        } catch (IOException e) {
          pause(); // refused
        }
      }
      Attacks.stay(open.all(), until);
    }
  }
}
