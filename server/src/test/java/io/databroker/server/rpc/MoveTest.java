package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.host.copy.BackendCopy;
import io.databroker.host.copy.CopyProgress;
import io.databroker.host.copy.StoreComparison;
import io.databroker.host.copy.StoreCopy;
import io.databroker.server.fixture.TcpSwitch;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceBlockingStub;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncLatestResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients of a running server are moved from the in-memory backend to the off-heap backend, and in
 * the long form to PostgreSQL: {@code -Ddatabroker.move.followers=50 -Ddatabroker.move.writers=8
 * -Ddatabroker.move.postgres=true}.
 */
class MoveTest {
  private static final int FOLLOWERS = Integer.getInteger("databroker.move.followers", 4);
  private static final int WRITERS = Integer.getInteger("databroker.move.writers", 2);
  private static final boolean POSTGRES = Boolean.getBoolean("databroker.move.postgres");
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final long WRITE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final Logger DATABASE = Logger.getLogger("io.zonky");

  @TempDir Path folder;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong written = new AtomicLong();

  /** An open backend and its server. */
  private record Place(Databroker broker, BrokerServer server) {
    static Place open(BackendConfig config) throws Exception {
      Databroker broker = Databroker.builder().backend(config).open();
      BrokerServer server =
          new BrokerServer(
              broker.opened(), Served.LOOPBACK, new QuerySettings(), new ServerSettings());
      server.start();
      return new Place(broker, server);
    }

    BackendCopy end() {
      return new BackendCopy(broker.backend(), broker.opened().limits());
    }

    void close() {
      server.close();
      broker.close();
    }
  }

  /**
   * Writer of ever higher numbers to one record, which repeats a write until it is acknowledged.
   */
  private final class Writer {
    private final String id;
    private final DataBrokerServiceBlockingStub calls;
    private long acknowledged;
    private long longestPauseNanos;

    Writer(int number, DataBrokerServiceBlockingStub calls) {
      this.id = "writer" + number;
      this.calls = calls;
    }

    void run() {
      long last = System.nanoTime();
      while (!over.get()) {
        Record record = number(id, acknowledged + 1);
        try {
          calls
              .withDeadlineAfter(10, TimeUnit.SECONDS)
              .put(PutRequest.newBuilder().addRecords(record).build());
          acknowledged++;
          written.incrementAndGet();
          long now = System.nanoTime();
          longestPauseNanos = Math.max(longestPauseNanos, now - last);
          last = now;
        } catch (StatusRuntimeException away) {
          assertThat(away.getStatus().getCode())
              .isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED, Status.Code.UNKNOWN);
        }
        LockSupport.parkNanos(WRITE_PAUSE_NANOS);
      }
    }
  }

  private static Record number(String id, long number) {
    var value = com.google.protobuf.Int64Value.of(number);
    return Record.newBuilder()
        .setType("counter")
        .setId(id)
        .setData(com.google.protobuf.Any.pack(value))
        .build();
  }

  private static long number(Record record) {
    try {
      return record.getData().unpack(com.google.protobuf.Int64Value.class).getValue();
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** Follower that keeps the last number of each writer, and starts over in each history. */
  private static final class Follower {
    private final DataBrokerServiceBlockingStub calls;
    private final Map<String, Long> numbers = new HashMap<>();
    private long server;
    private long version;
    private int histories;

    Follower(DataBrokerServiceBlockingStub calls) {
      this.calls = calls;
    }

    void run(Map<String, Long> end) {
      while (!isAt(end)) {
        try {
          if (server == 0) {
            startOver();
          }
          follow(end);
        } catch (StatusRuntimeException e) {
          if (e.getStatus().getCode() == Status.Code.ABORTED) {
            server = 0;
          }
          LockSupport.parkNanos(WRITE_PAUSE_NANOS);
        }
      }
    }

    private synchronized boolean isAt(Map<String, Long> end) {
      synchronized (end) {
        return !end.isEmpty() && numbers.equals(end);
      }
    }

    private void startOver() {
      Map<String, Long> found = new HashMap<>();
      Iterator<SyncLatestResponse> all =
          calls
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .syncLatest(SyncLatestRequest.newBuilder().setType("counter").build());
      while (all.hasNext()) {
        SyncLatestResponse message = all.next();
        if (message.hasRecord()) {
          found.put(message.getRecord().getId(), number(message.getRecord()));
        } else if (message.hasVersions()) {
          server = message.getVersions().getServerVersion();
          version = message.getVersions().getLatestRecordVersion();
        }
      }
      found.forEach(
          (id, number) ->
              assertThat(number)
                  .as("%s went back", id)
                  .isGreaterThanOrEqualTo(numbers.getOrDefault(id, 0L)));
      numbers.putAll(found);
      histories++;
    }

    private void follow(Map<String, Long> end) {
      SyncRequest from =
          SyncRequest.newBuilder()
              .setServerVersion(server)
              .setRecordVersion(version)
              .setType("counter")
              .build();
      Iterator<SyncResponse> changes = calls.withDeadlineAfter(30, TimeUnit.SECONDS).sync(from);
      while (!isAt(end) && changes.hasNext()) {
        SyncResponse message = changes.next();
        if (message.hasRecord()) {
          Record record = message.getRecord();
          assertThat(record.getVersion()).as("told twice").isGreaterThan(version);
          version = record.getVersion();
          Long before = numbers.put(record.getId(), number(record));
          long known = before == null ? 0 : before;
          // A write that was repeated because its outcome was unknown has the same number.
          assertThat(number(record)).as("missed").isIn(known, known + 1);
        }
      }
    }
  }

  private DataBrokerServiceBlockingStub client(TcpSwitch network) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", network.port(), InsecureChannelCredentials.create())
            .build();
    channels.add(channel);
    return DataBrokerServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    over.set(true);
    channels.forEach(ManagedChannel::shutdownNow);
    threads.shutdownNow();
  }

  @Test
  void nothingIsMissedAndNothingIsToldTwice() throws Exception {
    Place place = Place.open(BackendConfig.of("inmemory"));
    List<Writer> writers = new ArrayList<>();
    List<Follower> followers = new ArrayList<>();
    List<Future<?>> running = new ArrayList<>();
    Map<String, Long> end = new HashMap<>();
    DATABASE.setLevel(Level.OFF);
    try (TcpSwitch network = new TcpSwitch(place.server.port());
        EmbeddedPostgres database = POSTGRES ? EmbeddedPostgres.start() : null) {
      for (int i = 0; i < WRITERS; i++) {
        writers.add(new Writer(i, client(network)));
      }
      for (int i = 0; i < FOLLOWERS; i++) {
        followers.add(new Follower(client(network)));
      }
      List<Future<?>> writing = new ArrayList<>();
      writers.forEach(writer -> writing.add(threads.submit(writer::run)));
      followers.forEach(follower -> running.add(threads.submit(() -> follower.run(end))));
      awaitWrites(50L * WRITERS);
      BackendConfig offheap =
          BackendConfig.of("offheap").with("directory", folder.resolve("data").toString());
      place = move(place, offheap, network);
      awaitWrites(written.get() + 50L * WRITERS);
      if (database != null) {
        BackendConfig postgres =
            BackendConfig.of("postgres").with("url", database.getJdbcUrl("postgres", "postgres"));
        place = move(place, postgres, network);
        awaitWrites(written.get() + 50L * WRITERS);
      }
      over.set(true);
      for (Future<?> writer : writing) {
        writer.get(60, TimeUnit.SECONDS);
      }
      synchronized (end) {
        for (Writer writer : writers) {
          var last = place.broker.backend().get("counter", writer.id);
          assertThat(last).as("an acknowledged write is there").isNotNull();
          Record stored = WireRecords.record(last);
          assertThat(number(stored)).isIn(writer.acknowledged, writer.acknowledged + 1);
          end.put(writer.id, number(stored));
        }
      }
      // Wakes the followers that wait.
      place
          .broker
          .backend()
          .put(WireRecords.writes(List.of(number("writer0", end.get("writer0")))));
      for (Future<?> follower : running) {
        follower.get(60, TimeUnit.SECONDS);
      }
    } finally {
      place.close();
    }
    assertThat(followers).allMatch(follower -> follower.histories == (POSTGRES ? 3 : 2));
    assertThat(writers)
        .allSatisfy(
            writer ->
                assertThat(Duration.ofNanos(writer.longestPauseNanos)).isLessThan(LONGEST_PAUSE));
  }

  private void awaitWrites(long least) {
    Eventually.holds(least + " writes", () -> written.get() >= least);
  }

  /** Does what the operator's guide says, and returns the new place. */
  private Place move(Place from, BackendConfig to, TcpSwitch network) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch caughtUp = new CountDownLatch(1);
    try (Databroker target = Databroker.builder().backend(to).openUnfinished().open()) {
      BackendCopy end = new BackendCopy(target.backend(), target.opened().limits());
      Future<?> copying =
          threads.submit(
              () -> {
                StoreCopy copy =
                    new StoreCopy(
                        from.end(),
                        end,
                        folder,
                        (step, records) -> {
                          if (step == CopyProgress.Step.FOLLOW
                              || step == CopyProgress.Step.CAUGHT_UP) {
                            caughtUp.countDown();
                          }
                        });
                return copy.follow(false, stop::get);
              });
      assertThat(caughtUp.await(60, TimeUnit.SECONDS)).isTrue();
      stop.set(true);
      copying.get(60, TimeUnit.SECONDS);
      from.server.close(); // no writes from here on
      var unused = new StoreCopy(from.end(), end, folder, CopyProgress.NONE).run(false);
      assertThat(StoreComparison.of(from.end(), end, folder, CopyProgress.NONE).toString())
          .startsWith("equal: ");
    }
    Place next = Place.open(to);
    network.retarget(next.server.port());
    from.close();
    return next;
  }
}
