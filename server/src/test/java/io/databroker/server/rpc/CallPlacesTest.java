package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Empty;
import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Write;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.AcquireLeaseRequest;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc.DataBrokerServiceBlockingStub;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.databroker.server.proto.registry.ListRequest;
import io.databroker.server.proto.registry.RegistryGrpc;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads on which the server calls its backend. */
class CallPlacesTest {
  private static final Set<Capability> ALL =
      Set.of(
          Capability.IMMEDIATE_READS, Capability.IMMEDIATE_LEASES, Capability.IMMEDIATE_SNAPSHOTS);
  private static final String LOOP = "databroker-net";

  private final LockedBackend stored = new LockedBackend();

  /** Name of the thread that last called each method. */
  private final Map<String, String> threads = new ConcurrentHashMap<>();

  /** True while a get or a poll on an event loop takes so long that it should not run there. */
  private volatile boolean slow;

  /** Number of such gets and polls. */
  private final AtomicInteger slowOnLoops = new AtomicInteger();

  private final Backend backend =
      (Backend)
          Proxy.newProxyInstance(
              CallPlacesTest.class.getClassLoader(),
              new Class<?>[] {Backend.class},
              (proxy, method, arguments) -> {
                Object answer = called(stored, method, arguments);
                return answer instanceof ChangeFeed feed ? named(feed) : answer;
              });

  private int leases;

  private static void holdForLong() {
    long began = System.nanoTime();
    while (System.nanoTime() - began < LoopPause.LONG.toNanos()) {
      LockSupport.parkNanos(LoopPause.LONG.toNanos());
    }
  }

  private Object called(Object target, Method method, Object[] arguments) throws Throwable {
    String thread = Thread.currentThread().getName();
    threads.put(method.getName(), thread);
    if (slow
        && thread.startsWith(LOOP)
        && (method.getName().equals("get") || method.getName().equals("poll"))) {
      slowOnLoops.incrementAndGet();
      holdForLong();
    }
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private ChangeFeed named(ChangeFeed feed) {
    return (ChangeFeed)
        Proxy.newProxyInstance(
            CallPlacesTest.class.getClassLoader(),
            new Class<?>[] {ChangeFeed.class},
            (proxy, method, arguments) -> called(feed, method, arguments));
  }

  private Served serve(Set<Capability> capabilities) throws Exception {
    return Served.with(backend, capabilities, new QuerySettings(), new ServerSettings());
  }

  /** Repeats calls until one runs on an event loop; on a busy machine, a turn may be over. */
  private void runsOnALoop(String method, Runnable calls) {
    runsOn(LOOP, method, calls);
  }

  private void runsOn(String thread, String method, Runnable calls) {
    Eventually.holds(
        method + " on " + thread,
        () -> {
          calls.run();
          return String.valueOf(threads.get(method)).startsWith(thread);
        });
  }

  private static QueryRequest lookUp(String id) {
    return QueryRequest.newBuilder()
        .setType("t")
        .setFilter(Structs.struct("{'id': '" + id + "'}"))
        .setLimit(10)
        .build();
  }

  private void callAll(DataBrokerServiceBlockingStub records) {
    records.put(
        PutRequest.newBuilder().addRecords(Record.newBuilder().setType("t").setId("1")).build());
    records.get(GetRequest.newBuilder().setType("t").setId("1").build());
    records.acquireLease(
        AcquireLeaseRequest.newBuilder()
            .setName("lease" + leases++)
            .setDuration(com.google.protobuf.Duration.newBuilder().setSeconds(60))
            .build());
    records.listTypes(Empty.getDefaultInstance());
  }

  @Test
  void aCallThatWaitsForNothingRunsWhereItArrives() throws Exception {
    try (Served served = serve(ALL)) {
      runsOnALoop("get", () -> callAll(served.records()));
      runsOnALoop("acquireLease", () -> callAll(served.records()));
      assertThat(threads.get("put")).startsWith("databroker-write");
      assertThat(threads.get("listTypes")).startsWith("databroker-call");
    }
  }

  @Test
  void callsOfABackendThatMayWaitRunOnThreadsOfTheirKind() throws Exception {
    try (Served served = serve(Set.of())) {
      callAll(served.records());
      assertThat(threads.get("get")).startsWith("databroker-call");
      assertThat(threads.get("acquireLease")).startsWith("databroker-write");
      assertThat(threads.get("put")).startsWith("databroker-write");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStreamOfChangesTakesItsTurnsOnItsEventLoopIfPollsWaitForNothing(boolean immediate)
      throws Exception {
    try (Served served = serve(immediate ? ALL : Set.of())) {
      Collector<SyncRequest, SyncResponse> changes = Collector.eager();
      DataBrokerServiceGrpc.newStub(served.channel)
          .sync(
              SyncRequest.newBuilder().setServerVersion(stored.versions().serverVersion()).build(),
              changes);
      int onLoops = 0;
      for (int i = 1; i <= 100; i++) {
        stored.put(List.of(Write.put("t", Integer.toString(i), Bytes.EMPTY)));
        assertThat(changes.next().getRecord().getVersion()).isEqualTo(i);
        onLoops += threads.get("poll").startsWith(LOOP) ? 1 : 0;
      }
      // On a busy machine, a turn may last so long that those after it run on threads.
      assertThat(onLoops > 0).isEqualTo(immediate);
      assertThat(threads.get("changes")).startsWith("databroker-call");
      changes.cancel();
      Eventually.holds("the feed is closed", () -> stored.openFeeds.get() == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSnapshotIsSentOnItsEventLoopIfItsIteratorWaitsForNothing(boolean immediate)
      throws Exception {
    Map<String, String> encodedOn = new ConcurrentHashMap<>();
    stored.put(List.of(Write.put("t", "1", Bytes.EMPTY)));
    ServerSettings settings = new ServerSettings().withObserver(new Encodings(encodedOn));
    Set<Capability> capabilities = immediate ? ALL : Set.of(Capability.IMMEDIATE_READS);
    try (Served served = Served.with(backend, capabilities, new QuerySettings(), settings)) {
      SyncLatestRequest request = SyncLatestRequest.getDefaultInstance();
      Eventually.holds(
          "the thread that sends",
          () -> {
            assertThat(served.records().syncLatest(request)).toIterable().hasSize(2);
            String thread = encodedOn.getOrDefault("SyncLatest, small", "");
            return thread.startsWith(immediate ? LOOP : "databroker-search");
          });
      assertThat(threads.get("snapshot")).startsWith("databroker-search");
    }
  }

  @Test
  void aQueryRunsWhereItArrivesOnlyIfItLooksOneRecordUpById() throws Exception {
    try (Served served = serve(ALL)) {
      runsOnALoop("snapshot", () -> served.records().query(lookUp("1")));
      served.records().query(lookUp("1").toBuilder().setQuery("text").build());
      assertThat(threads.get("snapshot")).startsWith("databroker-search");
      served.records().query(lookUp("1").toBuilder().clearFilter().build());
      assertThat(threads.get("snapshot")).startsWith("databroker-search");
      served.records().query(lookUp("1").toBuilder().setType("").build());
      assertThat(threads.get("snapshot")).startsWith("databroker-search");
    }
  }

  @Test
  void aLongOrCompressedRequestIsNotReadOnAnEventLoop() throws Exception {
    try (Served served = serve(ALL)) {
      GetRequest tooLong = GetRequest.newBuilder().setType("t").setId("x".repeat(5_000)).build();
      notFound(served.records(), tooLong);
      assertThat(threads.get("get")).startsWith("databroker-call");
      GetRequest brief = GetRequest.newBuilder().setType("t").setId("x").build();
      runsOnALoop("get", () -> notFound(served.records(), brief));
      notFound(served.records().withCompression("gzip"), brief);
      assertThat(threads.get("get")).startsWith("databroker-call");
    }
  }

  @Test
  void afterACallThatWaitedOnAnEventLoopTheNextOnesRunOnThreads() throws Exception {
    try (Served served = serve(ALL)) {
      GetRequest request = GetRequest.newBuilder().setType("t").setId("x").build();
      slow = true;
      runsOnALoop("get", () -> notFound(served.records(), request));
      slow = false;
      notFound(served.records(), request);
      assertThat(threads.get("get")).startsWith("databroker-call");
    }
  }

  @Test
  void afterAPollThatWaitedOnAnEventLoopTheNextOnesRunOnThreads() throws Exception {
    try (Served served = serve(ALL)) {
      Collector<SyncRequest, SyncResponse> changes = Collector.eager();
      slow = true;
      DataBrokerServiceGrpc.newStub(served.channel)
          .sync(
              SyncRequest.newBuilder().setServerVersion(stored.versions().serverVersion()).build(),
              changes);
      Eventually.holds("a poll on an event loop", () -> slowOnLoops.get() > 0);
      slow = false;
      runsOn("databroker-stream", "poll", () -> putOne(changes));
      changes.cancel();
    }
  }

  @Test
  void turnsThatAreDueOnALoopMoveToThreadsAfterOneThatWaited() throws Exception {
    try (Served served = serve(ALL)) {
      List<Collector<SyncRequest, SyncResponse>> streams = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        streams.add(Collector.eager());
        DataBrokerServiceGrpc.newStub(served.channel).sync(fromTheBeginning(), streams.get(i));
      }
      Eventually.holds("all streams are open", () -> stored.openFeeds.get() == 5);
      slow = true;
      stored.put(List.of(Write.put("t", "one", Bytes.EMPTY)));
      for (Collector<SyncRequest, SyncResponse> each : streams) {
        assertThat(each.next().getRecord().getId()).isEqualTo("one");
      }
      // One turn polls twice: the second poll finds nothing.
      assertThat(slowOnLoops.get()).isBetween(1, 2);
    }
  }

  private SyncRequest fromTheBeginning() {
    return SyncRequest.newBuilder().setServerVersion(stored.versions().serverVersion()).build();
  }

  @Test
  void largeRecordsAreSentOnTheLoopAndListsOfServicesAreEncodedOnThreads() throws Exception {
    Map<String, String> encodedOn = new ConcurrentHashMap<>();
    for (int i = 0; i < 3; i++) {
      Bytes payload = Bytes.copyOf(new byte[i == 1 ? 300_000 : 10]);
      stored.put(List.of(Write.put("t", Integer.toString(i), payload)));
    }
    ServerSettings settings = new ServerSettings().withObserver(new Encodings(encodedOn));
    try (Served served = Served.with(stored, ALL, new QuerySettings(), settings)) {
      SyncRequest request = fromTheBeginning().toBuilder().setWait(false).build();
      List<String> received = new ArrayList<>();
      served.records().sync(request).forEachRemaining(it -> received.add(it.getRecord().getId()));
      assertThat(received).containsExactly("0", "1", "2");
      assertThat(encodedOn.get("Sync, large")).startsWith("databroker-net");
      RegistryGrpc.newBlockingStub(served.channel)
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .watch(ListRequest.getDefaultInstance())
          .next();
      assertThat(encodedOn.get("Watch, small")).startsWith("databroker-stream");
    }
  }

  /** Records the threads that hand messages of streams to the transport. */
  private record Encodings(Map<String, String> threads) implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String method = call.getMethodDescriptor().getBareMethodName();
      return next.startCall(
          new SimpleForwardingServerCall<>(call) {
            @Override
            public void sendMessage(A message) {
              threads.put(
                  method + (size(message) > 100_000 ? ", large" : ", small"),
                  Thread.currentThread().getName());
              super.sendMessage(message);
            }
          },
          headers);
    }

    private static int size(Object message) {
      try {
        return ((InputStream) message).available();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void putOne(Collector<SyncRequest, SyncResponse> changes) {
    stored.put(List.of(Write.put("t", "one", Bytes.EMPTY)));
    try {
      assertThat(changes.next().getRecord().getId()).isEqualTo("one");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void notFound(DataBrokerServiceBlockingStub records, GetRequest request) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> records.get(request));
    assertThat(error.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void aLargeAnswerOfAnImmediateCallArrivesWhole() throws Exception {
    Bytes payload = Bytes.copyOf(new byte[300_000]);
    stored.put(List.of(Write.put("t", "large", payload)));
    try (Served served = serve(ALL)) {
      GetRequest request = GetRequest.newBuilder().setType("t").setId("large").build();
      runsOnALoop(
          "get",
          () -> {
            Record record = served.records().get(request).getRecord();
            assertThat(record.getData().getSerializedSize()).isGreaterThanOrEqualTo(300_000);
          });
    }
  }
}
