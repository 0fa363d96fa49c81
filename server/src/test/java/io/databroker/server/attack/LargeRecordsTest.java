package io.databroker.server.attack;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceBlockingStub;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncRequest;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many clients read large records from a server with a small heap, each at its own pace.
 *
 * <p>The build reads records of some megabytes. The long form is {@code -Dlarge.heap=512
 * -Dlarge.megabytes=50 -Dlarge.rate=5 -Dlarge.backend=offheap}.
 */
class LargeRecordsTest {
  private static final int HEAP = Integer.getInteger("large.heap", 128);
  private static final int BYTES = Integer.getInteger("large.megabytes", 12) * 1_000_000;
  private static final int RATE = Integer.getInteger("large.rate", 4) * 1_000_000;
  private static final String BACKEND = System.getProperty("large.backend", "inmemory");
  private static final int READERS = 8;
  private static final int RECORDS = 2;

  @TempDir Path folder;

  private interface Check {
    void run(ServerProcess server, DataBrokerServiceBlockingStub calls) throws Exception;
  }

  private void withServer(Check check) throws Exception {
    List<String> options = new ArrayList<>(List.of("--backend", BACKEND));
    if (BACKEND.equals("offheap")) {
      options.addAll(List.of("--set", "directory=" + folder.resolve("store")));
    }
    try (ServerProcess server =
        ServerProcess.start(folder.resolve("server.log"), List.of("-Xmx" + HEAP + "m"), options)) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(
                  "127.0.0.1", server.port, InsecureChannelCredentials.create())
              .maxInboundMessageSize(Integer.MAX_VALUE)
              .build();
      try {
        DataBrokerServiceBlockingStub calls =
            DataBrokerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(5, TimeUnit.MINUTES);
        Any data =
            Any.newBuilder().setTypeUrl("u").setValue(ByteString.copyFrom(new byte[BYTES])).build();
        for (int i = 0; i < RECORDS; i++) {
          Record record = Record.newBuilder().setType("t").setId("" + i).setData(data).build();
          var unused = calls.put(PutRequest.newBuilder().addRecords(record).build());
        }
        check.run(server, calls);
        assertThat(server.isAlive()).as(server.log()).isTrue();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static SyncRequest fromTheStart(DataBrokerServiceBlockingStub calls) {
    long history = calls.serverInfo(Empty.getDefaultInstance()).getServerVersion();
    return SyncRequest.newBuilder().setServerVersion(history).build();
  }

  @Test
  void manyWatchersReadLargeRecords() throws Exception {
    withServer(
        (server, calls) ->
            readAll(server, "Sync", fromTheStart(calls).toByteArray(), RECORDS, Integer.MAX_VALUE));
  }

  @Test
  void slowWatchersAreNotCutOff() throws Exception {
    withServer(
        (server, calls) ->
            readAll(server, "Sync", fromTheStart(calls).toByteArray(), RECORDS, RATE));
  }

  @Test
  void manySnapshotsHaveLargeRecords() throws Exception {
    byte[] request = SyncLatestRequest.getDefaultInstance().toByteArray();
    withServer(
        (server, calls) -> readAll(server, "SyncLatest", request, RECORDS, Integer.MAX_VALUE));
  }

  @Test
  void manyGetsOfALargeRecord() throws Exception {
    byte[] request = GetRequest.newBuilder().setType("t").setId("0").build().toByteArray();
    withServer((server, calls) -> readAll(server, "Get", request, 1, Integer.MAX_VALUE));
  }

  /** Lets all readers read that many records, each at that rate of bytes a second. */
  private static void readAll(
      ServerProcess server, String method, byte[] request, int records, int rate) throws Exception {
    long began = System.nanoTime();
    ExecutorService threads = Executors.newFixedThreadPool(READERS);
    try {
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(threads.submit(() -> read(server.port, method, request, records, rate)));
      }
      for (Future<Long> reader : readers) {
        assertThat(reader.get(10, TimeUnit.MINUTES))
            .as(server.log())
            .isGreaterThan((long) records * BYTES);
      }
    } finally {
      threads.shutdownNow();
    }
    System.out.println(
        String.format(
            Locale.ROOT,
            "%s: %d readers of %d records of %d bytes took %d ms",
            method,
            READERS,
            records,
            BYTES,
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)));
  }

  /** Reads until the records have come, or the server ends the stream or the connection. */
  private static long read(int port, String method, byte[] request, int records, int rate)
      throws Exception {
    try (RawClient client = RawClient.open(port, 1 << 30)) {
      client.widen();
      client.call(method, request, false);
      return client.readData((long) records * BYTES + 1, rate);
    }
  }
}
