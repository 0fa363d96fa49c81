package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import com.google.rpc.ErrorInfo;
import io.databroker.api.Backend;
import io.databroker.api.Limits;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.QueryResponse;
import io.databroker.server.proto.Record;
import io.grpc.CallOptions;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntakeTest {
  private static final int ROOM = 10_000;

  private final LockedBackend backend = new LockedBackend();

  /** Passes the bytes unchanged. */
  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void send(Served served, MethodDescriptor<?, ?> method, byte[] bytes) {
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.<byte[], byte[]>newBuilder(new Raw(), new Raw())
            .setType(method.getType())
            .setFullMethodName(method.getFullMethodName())
            .build();
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    ClientCalls.blockingServerStreamingCall(served.channel, raw, options, bytes)
        .forEachRemaining(answer -> {});
  }

  private static String reason(StatusRuntimeException failure) throws Exception {
    return StatusProto.fromThrowable(failure).getDetails(0).unpack(ErrorInfo.class).getReason();
  }

  @Test
  void whatCannotBeReadIsAnInvalidArgumentAndNoNewsForTheOwner() throws Exception {
    Value deep = Value.getDefaultInstance();
    for (int i = 0; i < 60; i++) {
      deep = Value.newBuilder().setListValue(ListValue.newBuilder().addValues(deep)).build();
    }
    QueryRequest.Builder nested = QueryRequest.newBuilder();
    nested.getFilterBuilder().putFields("a", deep);
    byte[] truncated = {10, 100, 1};
    byte[] notUtf8 = {10, 2, (byte) 0xc3, (byte) 0x28};
    BlockingQueue<LogRecord> log = new LinkedBlockingQueue<>();
    Handler handler = collecting(log);
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    try (Served served = Served.over(Served.Transport.LOOPBACK, backend.checked())) {
      refused(served, DataBrokerServiceGrpc.getQueryMethod(), nested.build().toByteArray(), "deep");
      refused(served, DataBrokerServiceGrpc.getPutMethod(), truncated, "cannot be read");
      refused(served, DataBrokerServiceGrpc.getGetMethod(), notUtf8, "cannot be read");
      refused(served, DataBrokerServiceGrpc.getSyncLatestMethod(), notUtf8, "cannot be read");
      refused(served, DataBrokerServiceGrpc.getSyncMethod(), truncated, "cannot be read");
      assertThat(served.records().put(put(1)).getRecordsCount()).isEqualTo(1);
    } finally {
      root.removeHandler(handler);
    }
    assertThat(log).isEmpty();
  }

  @Test
  void whatCannotBeDecompressedIsAnInvalidArgumentAndNoNewsForTheOwner() throws Exception {
    OutputStream nowhere = OutputStream.nullOutputStream();
    byte[] emptyMembers = emptyMembers(50_000);
    BlockingQueue<LogRecord> log = new LinkedBlockingQueue<>();
    Handler handler = collecting(log);
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    try (Served served =
        Served.with(backend.checked(), new QuerySettings(), new ServerSettings())) {
      cannotBeDecompressed(served, to -> to); // not compressed at all
      cannotBeDecompressed(
          served,
          to -> {
            to.write(emptyMembers); // the JDK's stream recurses at each
            return nowhere;
          });
    } finally {
      root.removeHandler(handler);
    }
    assertThat(log).isEmpty();
  }

  private static byte[] emptyMembers(int count) throws IOException {
    ByteArrayOutputStream member = new ByteArrayOutputStream();
    new GZIPOutputStream(member).close();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      all.writeBytes(member.toByteArray());
    }
    return all.toByteArray();
  }

  private interface Compression {
    OutputStream to(OutputStream out) throws IOException;
  }

  private static void cannotBeDecompressed(Served served, Compression compression) {
    CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
    compressors.register(
        new Compressor() {
          @Override
          public String getMessageEncoding() {
            return "gzip";
          }

          @Override
          public OutputStream compress(OutputStream to) throws IOException {
            return compression.to(to);
          }
        });
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", served.server.port(), InsecureChannelCredentials.create())
            .compressorRegistry(compressors)
            .build();
    try {
      StatusRuntimeException failure =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  DataBrokerServiceGrpc.newBlockingStub(channel)
                      .withCompression("gzip")
                      .withDeadlineAfter(20, TimeUnit.SECONDS)
                      .put(put(100)));
      assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(failure.getStatus().getDescription()).contains("cannot be decompressed");
    } finally {
      channel.shutdownNow();
    }
  }

  private static void refused(
      Served served, MethodDescriptor<?, ?> method, byte[] bytes, String problem) throws Exception {
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> send(served, method, bytes));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(failure.getStatus().getDescription())
        .startsWith("invalid-argument: request is \"" + method.getFullMethodName() + "\"; ")
        .contains(problem);
    assertThat(reason(failure)).isEqualTo("invalid-argument");
  }

  private static Handler collecting(BlockingQueue<LogRecord> log) {
    return new Handler() {
      @Override
      public void publish(LogRecord event) {
        if (event.getLevel().intValue() >= Level.WARNING.intValue()) {
          log.add(event);
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  private static PutRequest put(int bytes) {
    Any data = Any.newBuilder().setValue(ByteString.copyFrom(new byte[bytes])).build();
    Record record = Record.newBuilder().setType("a").setId("1").setData(data).build();
    return PutRequest.newBuilder().addRecords(record).build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip"})
  void noMoreIsTakenInAtOnceThanThereIsRoomFor(String compression) throws Exception {
    BlockingQueue<String> entered = new LinkedBlockingQueue<>();
    CountDownLatch goOn = new CountDownLatch(1);
    try (Served served = Served.withRoom(slow("put", entered, goOn), ROOM)) {
      var stub = served.records().withCompression(compression);
      Collector<PutRequest, PutResponse> first = Collector.eager();
      DataBrokerServiceGrpc.newStub(served.channel)
          .withCompression(compression)
          .put(put(ROOM * 2 / 3), first);
      assertThat(entered.poll(20, TimeUnit.SECONDS)).isEqualTo("put");

      StatusRuntimeException failure =
          catchThrowableOfType(StatusRuntimeException.class, () -> stub.put(put(ROOM / 2)));
      assertThat(failure.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(failure)
          .hasMessageContaining("at most 10000 bytes of requests")
          .hasMessageContaining("not applied");
      assertThat(reason(failure)).isEqualTo("unavailable");
      assertThat(entered).isEmpty();

      goOn.countDown();
      assertThat(first.next().getRecords(0).getVersion()).isEqualTo(1);
      // Its room is released soon after its answer.
      Eventually.holds("room again", () -> succeeds(() -> stub.put(put(ROOM * 2 / 3))));
      // A rejected request releases its room.
      for (int i = 0; i < 5; i++) {
        assertThat(succeeds(() -> stub.put(put(ROOM * 2)))).isFalse();
      }
      Eventually.holds("room again", () -> succeeds(() -> stub.put(put(ROOM * 2 / 3))));
    }
  }

  @Test
  void aCancelledQueryKeepsItsRoomWhileItRuns() throws Exception {
    BlockingQueue<String> entered = new LinkedBlockingQueue<>();
    CountDownLatch goOn = new CountDownLatch(1);
    try (Served served = Served.withRoom(slow("snapshot", entered, goOn), ROOM)) {
      // The query waits for a version that is about to come, so it does not run with the events of
      // its call.
      Value large = Value.newBuilder().setStringValue("x".repeat(ROOM / 2)).build();
      QueryRequest.Builder query = QueryRequest.newBuilder().setMinimumRecordVersionHint(1);
      query.getFilterBuilder().putFields("a", large);
      Collector<QueryRequest, QueryResponse> answer = Collector.eager();
      DataBrokerServiceGrpc.newStub(served.channel).query(query.build(), answer);
      assertThat(entered.poll(20, TimeUnit.SECONDS)).isEqualTo("snapshot");
      answer.cancel();
      Eventually.holds("the server has noticed", () -> served.server.openCalls() == 0);
      assertThat(succeeds(() -> served.records().put(put(ROOM / 2)))).isFalse();
      goOn.countDown();
      Eventually.holds("room again", () -> succeeds(() -> served.records().put(put(ROOM / 2))));
    }
  }

  private static boolean succeeds(Runnable call) {
    try {
      call.run();
      return true;
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      return false;
    }
  }

  private Backend slow(String slow, BlockingQueue<String> entered, CountDownLatch goOn) {
    return (Backend)
        Proxy.newProxyInstance(
            IntakeTest.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals(slow)) {
                entered.add(slow);
                if (!goOn.await(20, TimeUnit.SECONDS)) {
                  throw new AssertionError("nobody let it go on");
                }
              }
              try {
                return method.invoke(backend, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void theLargestMessageIsAShareOfTheHeap() {
    Limits roomy =
        Limits.FLOOR.toBuilder()
            .typeBytes(1 << 12)
            .idBytes(1 << 14)
            .payloadBytes(1 << 26)
            .batchRecords(10_000)
            .batchBytes(1 << 27)
            .leaseMargin(Duration.ZERO)
            .build();
    assertThat(BrokerServer.largestRequest(roomy, 512L << 20)).isEqualTo(64 << 20);
    assertThat(BrokerServer.largestRequest(roomy, 1L << 40)).isEqualTo(256 << 20);
    int least = BrokerServer.largestRequest(Limits.FLOOR, 1L << 40);
    assertThat(least).isBetween(2 << 20, 4 << 20);
    assertThat(BrokerServer.largestRequest(roomy, 1 << 20)).isEqualTo(least);
  }
}
