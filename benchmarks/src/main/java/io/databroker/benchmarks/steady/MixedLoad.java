package io.databroker.benchmarks.steady;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Empty;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.databroker.server.proto.AcquireLeaseRequest;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceBlockingStub;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ReleaseLeaseRequest;
import io.databroker.server.proto.SetOptionsRequest;
import io.databroker.server.proto.SyncLatestRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls of all kinds at a steady rate: reads, writes, look-ups, leases, watchers that come and go,
 * and connections that come and go. Its records are bounded by overwriting, a TTL and a capacity,
 * so that the store has a constant size after some minutes.
 */
final class MixedLoad {
  private static final String CARS = "car";
  private static final String SESSIONS = "session";
  private static final String EVENTS = "event";
  private static final int CARS_KEPT = 2_000;
  private static final int EVENTS_KEPT = 1_000;
  private static final int BATCH = 100;
  private static final int WATCHERS = 20;
  private static final int PAYLOAD = 500;
  private static final int SECONDS = 30;

  private final WatchedServer server;
  private final Random random;
  private final ManagedChannel channel;
  private final Deque<Watcher> watchers = new ArrayDeque<>();
  private long calls;
  private long failures;
  private String lastFailure = "none";

  /** Prepares the load on a server. */
  MixedLoad(WatchedServer server, long seed) {
    this.server = server;
    this.random = new Random(seed);
    this.channel = server.connect();
    Options sessions =
        Options.newBuilder()
            .setTtl(Duration.newBuilder().setSeconds(60))
            .addIndexableFields("user")
            .build();
    setOptions(SESSIONS, sessions);
    setOptions(EVENTS, Options.newBuilder().setCapacity(EVENTS_KEPT).build());
    fill(CARS, CARS_KEPT);
    fill(EVENTS, EVENTS_KEPT);
  }

  /** Writes the records that the load keeps. */
  private void fill(String type, int count) {
    for (int i = 0; i < count; ) {
      PutRequest.Builder batch = PutRequest.newBuilder();
      for (int last = Math.min(count, i + BATCH); i < last; i++) {
        batch.addRecords(record(type, type + "-" + i));
      }
      var unused = stub(channel).put(batch.build());
    }
  }

  private void setOptions(String type, Options options) {
    var unused =
        stub(channel)
            .setOptions(SetOptionsRequest.newBuilder().setType(type).setOptions(options).build());
  }

  private static DataBrokerServiceBlockingStub stub(ManagedChannel channel) {
    return DataBrokerServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  /** Makes that many calls a second until a time of {@link System#nanoTime}. */
  void run(double rate, long end) {
    long pause = (long) (1e9 / rate);
    long next = System.nanoTime();
    while (System.nanoTime() - end < 0) {
      long early = next - System.nanoTime();
      if (early > 0) {
        LockSupport.parkNanos(early);
        continue;
      }
      // A server that was slow for a while is not flooded afterwards.
      next = Math.max(next, System.nanoTime() - TimeUnit.SECONDS.toNanos(1)) + pause;
      call();
    }
  }

  private void call() {
    calls++;
    try {
      one(random.nextInt(1_000));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.ALREADY_EXISTS) { // another call holds the lease
        failures++;
        lastFailure = String.valueOf(e.getMessage());
      }
    }
  }

  private void one(int dice) {
    if (dice < 400) {
      get(CARS, "car-" + random.nextInt(CARS_KEPT));
    } else if (dice < 600) {
      put(CARS, "car-" + random.nextInt(CARS_KEPT));
    } else if (dice < 700) {
      put(SESSIONS, "session-" + random.nextLong());
    } else if (dice < 780) {
      put(EVENTS, "event-" + random.nextLong());
    } else if (dice < 820) {
      delete("car-" + random.nextInt(CARS_KEPT));
    } else if (dice < 880) {
      lookUp();
    } else if (dice < 930) {
      var unused = stub(channel).listTypes(Empty.getDefaultInstance());
    } else if (dice < 980) {
      lease("lease-" + random.nextInt(50));
    } else if (dice < 995) {
      watch();
    } else if (dice < 998) {
      connect();
    } else {
      readAll();
    }
  }

  private void get(String type, String id) {
    try {
      var unused =
          stub(channel).get(GetRequest.newBuilder().setType(type).setId(id).build()).getRecord();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw e;
      }
    }
  }

  private void put(String type, String id) {
    put(record(type, id));
  }

  private Record record(String type, String id) {
    Struct data =
        Struct.newBuilder()
            .putFields("user", text("user-" + random.nextInt(100)))
            .putFields("text", text("x".repeat(random.nextInt(2 * PAYLOAD))))
            .build();
    return Record.newBuilder().setType(type).setId(id).setData(Any.pack(data)).build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private void put(Record record) {
    var unused = stub(channel).put(PutRequest.newBuilder().addRecords(record).build());
  }

  private void delete(String id) {
    put(
        Record.newBuilder()
            .setType(CARS)
            .setId(id)
            .setDeletedAt(com.google.protobuf.Timestamp.newBuilder().setSeconds(1))
            .build());
  }

  private void lookUp() {
    Struct filter =
        Struct.newBuilder().putFields("user", text("user-" + random.nextInt(100))).build();
    var unused =
        stub(channel)
            .query(
                QueryRequest.newBuilder().setType(SESSIONS).setFilter(filter).setLimit(10).build());
  }

  private void lease(String name) {
    String id =
        stub(channel)
            .acquireLease(
                AcquireLeaseRequest.newBuilder()
                    .setName(name)
                    .setDuration(Duration.newBuilder().setSeconds(5))
                    .build())
            .getId();
    if (random.nextInt(10) != 0) { // the others expire
      var unused =
          stub(channel)
              .releaseLease(ReleaseLeaseRequest.newBuilder().setName(name).setId(id).build());
    }
  }

  private void watch() {
    if (watchers.size() == WATCHERS) {
      watchers.removeFirst().cancel();
    }
    watchers.addLast(Watcher.open(channel, stub(channel).serverInfo(Empty.getDefaultInstance())));
  }

  /** Opens a connection for one call. */
  private void connect() {
    ManagedChannel other = server.connect();
    try {
      var unused = stub(other).listTypes(Empty.getDefaultInstance());
    } finally {
      other.shutdownNow();
    }
  }

  private void readAll() {
    Iterator<?> all =
        stub(channel).syncLatest(SyncLatestRequest.newBuilder().setType(EVENTS).build());
    all.forEachRemaining(message -> {});
  }

  /** Ends all watchers and the connection. */
  void close() {
    watchers.forEach(Watcher::cancel);
    channel.shutdownNow();
  }

  /** Returns the number of calls that were begun. */
  long calls() {
    return calls;
  }

  /**
   * Returns the number of failed calls. An acquisition of a lease that another client holds is no
   * failure.
   */
  long failures() {
    return failures;
  }

  String lastFailure() {
    return lastFailure;
  }
}
