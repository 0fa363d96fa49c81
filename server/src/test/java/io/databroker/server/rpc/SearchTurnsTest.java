package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.QueryResponse;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Queries that wait for a version, during queries of another connection. */
class SearchTurnsTest {
  private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());
  private static final int WAITING = 40 * THREADS;

  private final LockedBackend backend = new LockedBackend();
  private final Semaphore permits = new Semaphore(0);
  private final Semaphore answers = new Semaphore(0);
  private final AtomicInteger feeds = new AtomicInteger();
  private final AtomicInteger searching = new AtomicInteger();

  @Test
  void queriesThatHaveWaitedTakeTurnsWithOtherConnections() throws Exception {
    QuerySettings settings = new QuerySettings().withHintWait(Duration.ofMinutes(1));
    try (Served served = Served.with(gated(), settings, new ServerSettings())) {
      ManagedChannel other =
          NettyChannelBuilder.forAddress(
                  "127.0.0.1", served.server.port(), InsecureChannelCredentials.create())
              .build();
      try {
        AtomicInteger answered = new AtomicInteger();
        QueryRequest hinted =
            QueryRequest.newBuilder().setType("a").setMinimumRecordVersionHint(2).build();
        put();
        for (int i = 0; i < WAITING; i++) {
          DataBrokerServiceGrpc.newStub(served.channel).query(hinted, counting(answered));
        }
        Eventually.holds("all wait", () -> feeds.get() == WAITING);
        put();
        Eventually.holds("the first ones search", () -> searching.get() == THREADS);
        AtomicInteger others = new AtomicInteger();
        DataBrokerServiceGrpc.newStub(other)
            .query(QueryRequest.newBuilder().setType("b").build(), counting(others));
        awaitArrival(other);
        while (others.get() == 0) {
          permits.release();
          assertThat(answers.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(answered.get()).isLessThan(WAITING / 2);
      } finally {
        permits.release(WAITING);
        other.shutdownNow();
      }
    }
  }

  /** Makes a call on another thread of the server, after what was sent on the connection before. */
  private static void awaitArrival(ManagedChannel channel) {
    try {
      var unused =
          DataBrokerServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(20, TimeUnit.SECONDS)
              .get(GetRequest.newBuilder().setType("none").setId("none").build());
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    }
  }

  private void put() {
    backend.put(List.of(Write.put("a", "1", Bytes.EMPTY)));
  }

  private StreamObserver<QueryResponse> counting(AtomicInteger answered) {
    return new StreamObserver<>() {
      @Override
      public void onNext(QueryResponse answer) {
        answered.incrementAndGet();
        answers.release();
      }

      @Override
      public void onError(Throwable error) {}

      @Override
      public void onCompleted() {}
    };
  }

  /** Returns a backend whose snapshots need a permit each. */
  private Backend gated() {
    return (Backend)
        Proxy.newProxyInstance(
            SearchTurnsTest.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("snapshot")) {
                searching.incrementAndGet();
                if (!permits.tryAcquire(20, TimeUnit.SECONDS)) {
                  throw new AssertionError("no permit came");
                }
              }
              try {
                Object result = method.invoke(backend, arguments);
                if (method.getName().equals("changes")) {
                  feeds.incrementAndGet();
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
