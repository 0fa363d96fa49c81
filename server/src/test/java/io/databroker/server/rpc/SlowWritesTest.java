package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.PatchRequest;
import io.databroker.server.proto.PatchResponse;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SetOptionsRequest;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Writes that wait for each other, during other writes. */
class SlowWritesTest {
  private static final int MANY = 4 * Math.max(16, 4 * Runtime.getRuntime().availableProcessors());

  private final LockedBackend backend = new LockedBackend();
  private final CountDownLatch go = new CountDownLatch(1);
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();

  @Test
  void patchesOfOneRecordDelayNoOtherWrite() throws Exception {
    backend.put(List.of(Write.put("hot", "1", Bytes.EMPTY)));
    Record hot = Record.newBuilder().setType("hot").setId("1").setDeletedAt(now()).build();
    PatchRequest patch = PatchRequest.newBuilder().addRecords(hot).build();
    try (Served served = serve()) {
      for (int i = 0; i < MANY; i++) {
        DataBrokerServiceGrpc.newStub(served.channel).patch(patch, counting());
      }
      Eventually.holds("a patch is in the backend", () -> held.get() == 1);
      put(served);
      assertThat(answered).as("patches that gave up before the put").hasValue(0);
      go.countDown();
    }
  }

  @Test
  void indexBuildsOfOneConnectionDelayNoWriteAndNoPatchOfAnother() throws Exception {
    Options index = Options.newBuilder().addIndexableFields("a").build();
    try (Served served = serve()) {
      for (int i = 0; i < MANY; i++) {
        DataBrokerServiceGrpc.newStub(served.channel)
            .setOptions(
                SetOptionsRequest.newBuilder().setType("hot").setOptions(index).build(),
                counting());
      }
      Eventually.holds("one is in the backend", () -> held.get() == 1);
      put(served);
      ManagedChannel other =
          NettyChannelBuilder.forAddress(
                  "127.0.0.1", served.server.port(), InsecureChannelCredentials.create())
              .build();
      try {
        Record cold = Record.newBuilder().setType("cold").setId("1").setDeletedAt(now()).build();
        PatchResponse patched =
            DataBrokerServiceGrpc.newBlockingStub(other)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .patch(PatchRequest.newBuilder().addRecords(cold).build());
        assertThat(patched.getRecordsCount()).isEqualTo(1);
      } finally {
        other.shutdownNow();
      }
      go.countDown();
    }
  }

  private <A> StreamObserver<A> counting() {
    return new StreamObserver<>() {
      @Override
      public void onNext(A answer) {}

      @Override
      public void onError(Throwable error) {
        answered.incrementAndGet();
      }

      @Override
      public void onCompleted() {
        answered.incrementAndGet();
      }
    };
  }

  private static Timestamp now() {
    return Timestamp.newBuilder().setSeconds(1).build();
  }

  private static void put(Served served) {
    Record cold = Record.newBuilder().setType("cold").setId("1").build();
    assertThat(
            served.records().put(PutRequest.newBuilder().addRecords(cold).build()).getRecordsList())
        .hasSize(1);
  }

  private Served serve() throws Exception {
    return Served.with(holding(), new QuerySettings(), new ServerSettings());
  }

  /** Returns a backend that holds writes and options of the type "hot". */
  private Backend holding() {
    return (Backend)
        Proxy.newProxyInstance(
            SlowWritesTest.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              if (isHot(method.getName(), arguments)) {
                held.incrementAndGet();
                assertThat(go.await(60, TimeUnit.SECONDS)).isTrue();
              }
              try {
                return method.invoke(backend, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static boolean isHot(String method, Object[] arguments) {
    return switch (method) {
      case "put" -> ((List<?>) arguments[0]).toString().contains("hot");
      case "setOptions" -> "hot".equals(arguments[0]);
      default -> false;
    };
  }
}
