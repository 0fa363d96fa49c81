package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.BackendContext;
import io.databroker.api.Limits;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.server.fixture.TcpSwitch;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceBlockingStub;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two servers over one PostgreSQL database behave as one. {@code -Ddatabroker.postgres.moves=100}
 * moves the client a hundred times.
 */
class PostgresServersTest {
  private static final int MOVES = Integer.getInteger("databroker.postgres.moves", 12);

  private static final Logger DATABASE = Logger.getLogger("io.zonky");

  private final List<Databroker> brokers = new ArrayList<>();
  private final List<BrokerServer> servers = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private EmbeddedPostgres database;

  @BeforeEach
  void start() throws IOException {
    DATABASE.setLevel(Level.OFF);
    database = EmbeddedPostgres.start();
    for (int i = 0; i < 2; i++) {
      Databroker broker =
          Databroker.builder()
              .context(BackendContext.standard())
              .backend(
                  BackendConfig.of("postgres")
                      .with("url", database.getJdbcUrl("postgres", "postgres")))
              .open();
      brokers.add(broker);
      BrokerServer server =
          new BrokerServer(
              broker.backend(),
              Limits.FLOOR,
              Set.of(),
              Served.LOOPBACK,
              new QuerySettings(),
              new ServerSettings());
      server.start();
      servers.add(server);
    }
  }

  @AfterEach
  void stop() throws IOException {
    threads.shutdownNow();
    channels.forEach(ManagedChannel::shutdownNow);
    servers.forEach(BrokerServer::close);
    brokers.forEach(Databroker::close);
    database.close();
  }

  private DataBrokerServiceBlockingStub client(int port) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
            .build();
    channels.add(channel);
    return DataBrokerServiceGrpc.newBlockingStub(channel);
  }

  private static Record record(String id) {
    return Record.newBuilder().setType("t").setId(id).build();
  }

  @Test
  void aRecordThatOneServerStoredIsReadFromTheOther() {
    DataBrokerServiceBlockingStub one = client(servers.get(0).port());
    DataBrokerServiceBlockingStub two = client(servers.get(1).port());
    Record stored = one.put(PutRequest.newBuilder().addRecords(record("1")).build()).getRecords(0);
    assertThat(two.get(GetRequest.newBuilder().setType("t").setId("1").build()).getRecord())
        .isEqualTo(stored);
    assertThat(two.serverInfo(com.google.protobuf.Empty.getDefaultInstance()))
        .isEqualTo(one.serverInfo(com.google.protobuf.Empty.getDefaultInstance()));
  }

  @Test
  void aClientThatIsMovedBetweenServersMissesNothing() throws Exception {
    long history = brokers.get(0).backend().versions().serverVersion();
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong last = new AtomicLong(Long.MAX_VALUE);
    List<Long> told = new ArrayList<>();
    AtomicLong reached = new AtomicLong();
    AtomicLong streams = new AtomicLong();
    try (TcpSwitch network = new TcpSwitch(servers.get(0).port())) {
      List<Future<Long>> writers = new ArrayList<>();
      for (BrokerServer server : servers) {
        DataBrokerServiceBlockingStub direct = client(server.port());
        writers.add(threads.submit(() -> write(direct, over)));
      }
      DataBrokerServiceBlockingStub moved = client(network.port());
      Future<?> reader =
          threads.submit(
              () -> {
                while (reached.get() < last.get()) {
                  streams.incrementAndGet();
                  follow(moved, history, told, reached, last);
                }
              });
      for (int i = 1; i <= MOVES; i++) {
        await(reached, reached.get() + 3);
        long before = streams.get();
        network.retarget(servers.get(i % 2).port());
        await(streams, before + 1);
      }
      over.set(true);
      for (Future<Long> writer : writers) {
        writer.get(60, TimeUnit.SECONDS);
      }
      last.set(brokers.get(0).backend().versions().latest());
      client(servers.get(0).port()).put(PutRequest.newBuilder().addRecords(record("end")).build());
      reader.get(60, TimeUnit.SECONDS);
    }
    assertThat(streams.get()).as("streams, one after the other").isGreaterThan(MOVES);
    for (int i = 0; i < told.size(); i++) {
      assertThat(told.get(i)).as("the change number %d", i + 1).isEqualTo(i + 1L);
    }
    assertThat((long) told.size()).isGreaterThanOrEqualTo(last.get());
  }

  private static void await(AtomicLong value, long least) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (value.get() < least) {
      assertThat(System.nanoTime()).as("stands at %s", value).isLessThan(end);
      LockSupport.parkNanos(100_000);
    }
  }

  private static long write(DataBrokerServiceBlockingStub client, AtomicBoolean over) {
    long written = 0;
    while (!over.get()) {
      PutRequest.Builder put = PutRequest.newBuilder();
      for (int i = 0; i < 3; i++) {
        put.addRecords(record("id" + (written + i) % 10));
      }
      client.put(put.build());
      written++;
    }
    return written;
  }

  /** Reads one stream from the position that the last one reached. */
  private static void follow(
      DataBrokerServiceBlockingStub client,
      long history,
      List<Long> told,
      AtomicLong reached,
      AtomicLong last) {
    SyncRequest from =
        SyncRequest.newBuilder().setServerVersion(history).setRecordVersion(reached.get()).build();
    try {
      Iterator<SyncResponse> messages = client.sync(from);
      while (reached.get() < last.get() && messages.hasNext()) {
        SyncResponse message = messages.next();
        if (message.hasRecord()) {
          told.add(message.getRecord().getVersion());
          reached.set(message.getRecord().getVersion());
        }
      }
    } catch (StatusRuntimeException cutOff) {
      // The client continues at its position.
    }
  }
}
