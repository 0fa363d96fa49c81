package io.databroker.server.attack;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.databroker.server.proto.AcquireLeaseRequest;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceFutureStub;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An in-memory server with a small heap serves on while clients overwrite records, and refuses
 * types and leases that do not fit.
 *
 * <p>The build writes some megabytes. The long form ({@code -Dheap.megabytes=3600
 * -Dheap.types=200000 -Dheap.leases=1000000}) writes as many bytes of each size as an hour at one
 * megabyte a second.
 */
class SmallHeapTest {
  private static final int MEGABYTES = Integer.getInteger("heap.megabytes", 24);
  private static final int TYPES = Integer.getInteger("heap.types", 2_000);
  private static final int LEASES = Integer.getInteger("heap.leases", 2_000);
  private static final int IN_FLIGHT = 8;

  @TempDir Path folder;
  private ServerProcess server;
  private ManagedChannel channel;
  private DataBrokerServiceFutureStub calls;

  @BeforeEach
  void start() throws Exception {
    server =
        ServerProcess.start(
            folder.resolve("server.log"), List.of("-Xmx256m"), List.of("--backend", "inmemory"));
    channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", server.port, InsecureChannelCredentials.create())
            .build();
    calls = DataBrokerServiceGrpc.newFutureStub(channel);
    assertThat(sent(1, i -> calls.put(put("kept", "first", 1_000)))).isEqualTo(1);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void overwritesOfAnySizeGoOnForEver() throws Exception {
    for (int size : new int[] {1_000, 100_000, 1_000_000}) {
      int writes = (int) (MEGABYTES * 1_000_000L / size);
      int done = sent(writes, i -> calls.put(put("hot", "id" + i % 5, size)));
      System.out.println(
          String.format(Locale.ROOT, "%d overwrites of %d bytes: %d done", writes, size, done));
      assertThat(done).as("overwrites of %d bytes", size).isEqualTo(writes);
      checkServing();
    }
  }

  @Test
  void typesFitOrAreRefusedInWords() throws Exception {
    int types = sent(TYPES, i -> calls.put(put("type" + i, "id", 10)));
    System.out.println(String.format(Locale.ROOT, "%d of %d types fit", types, TYPES));
    if (types < TYPES) {
      // Deletes are accepted by a full store, and make room again.
      int deleted = Math.min(types, 1_000);
      assertThat(sent(deleted, i -> calls.put(delete("type" + i, "id")))).isEqualTo(deleted);
    }
    checkServing();
  }

  @Test
  void leasesFitOrAreRefusedInWords() throws Exception {
    Duration day = Duration.newBuilder().setSeconds(86_400).build();
    AcquireLeaseRequest.Builder request = AcquireLeaseRequest.newBuilder().setDuration(day);
    int leases =
        sent(LEASES, i -> calls.acquireLease(request.clone().setName("lease" + i).build()));
    System.out.println(String.format(Locale.ROOT, "%d of %d leases fit", leases, LEASES));
    checkReading();
  }

  private void checkServing() throws Exception {
    checkReading();
    assertThat(sent(1, i -> calls.put(put("kept", "first", 1_000)))).isEqualTo(1);
  }

  /** Checks that the process lives and has kept its first record. */
  private void checkReading() throws Exception {
    assertThat(server.isAlive()).as(server.log()).isTrue();
    GetRequest first = GetRequest.newBuilder().setType("kept").setId("first").build();
    assertThat(calls.get(first).get(30, TimeUnit.SECONDS).getRecord().getData())
        .isEqualTo(put("kept", "first", 1_000).getRecords(0).getData());
  }

  /**
   * Sends calls, a few at a time, until one is refused for lack of room.
   *
   * @return the number of calls that succeeded before
   */
  private static int sent(int count, IntFunction<ListenableFuture<?>> call)
      throws InterruptedException, TimeoutException {
    Queue<ListenableFuture<?>> open = new ArrayDeque<>();
    int done = 0;
    for (int i = 0; i < count || !open.isEmpty(); i++) {
      if (i < count) {
        open.add(call.apply(i));
      }
      if (open.size() == IN_FLIGHT || i >= count) {
        try {
          open.remove().get(30, TimeUnit.SECONDS);
          done++;
        } catch (ExecutionException refused) {
          Status status = Status.fromThrowable(refused.getCause());
          assertThat(status.getCode())
              .as(status.toString())
              .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
          assertThat(status.getDescription()).isNotBlank();
          System.out.println(status.getDescription());
          return done;
        }
      }
    }
    return done;
  }

  private static PutRequest delete(String type, String id) {
    return PutRequest.newBuilder()
        .addRecords(
            Record.newBuilder()
                .setType(type)
                .setId(id)
                .setDeletedAt(Timestamp.newBuilder().setSeconds(1)))
        .build();
  }

  private static PutRequest put(String type, String id, int size) {
    Any data =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/google.protobuf.BytesValue")
            .setValue(ByteString.copyFrom(new byte[size]))
            .build();
    return PutRequest.newBuilder()
        .addRecords(Record.newBuilder().setType(type).setId(id).setData(data))
        .build();
  }
}
