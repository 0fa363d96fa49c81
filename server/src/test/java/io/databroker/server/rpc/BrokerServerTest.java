package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.databroker.api.Bytes;
import io.databroker.api.Limits;
import io.databroker.api.Write;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.CallOptions;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrokerServerTest {
  private final LockedBackend backend = new LockedBackend();
  private Served served;

  @BeforeEach
  void serve() throws Exception {
    served =
        Served.with(
            backend.checked(), new QuerySettings(), new ServerSettings().withReflection(true));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private ServingStatus health(String service) {
    return HealthGrpc.newBlockingStub(served.channel)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  @Test
  void healthFollowsTheBackend() {
    assertThat(health("")).isEqualTo(ServingStatus.SERVING);
    assertThat(health("databroker.DataBrokerService")).isEqualTo(ServingStatus.SERVING);
    assertThat(health("databroker.CheckpointService")).isEqualTo(ServingStatus.SERVING);
    backend.close();
    Eventually.holds("not serving", () -> health("") == ServingStatus.NOT_SERVING);
    assertThat(health("databroker.DataBrokerService")).isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void reflectionNamesTheServices() throws Exception {
    Collector<ServerReflectionRequest, ServerReflectionResponse> names = Collector.eager();
    StreamObserver<ServerReflectionRequest> call =
        ServerReflectionGrpc.newStub(served.channel).serverReflectionInfo(names);
    call.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    assertThat(names.next().getListServicesResponse().getServiceList())
        .extracting(service -> service.getName())
        .contains("databroker.DataBrokerService", "databroker.CheckpointService");
    call.onCompleted();
  }

  @Test
  void reflectionRejectsALargeRequest() throws Exception {
    for (String compression : List.of("identity", "gzip")) {
      Collector<ServerReflectionRequest, ServerReflectionResponse> answers = Collector.eager();
      ServerReflectionGrpc.newStub(served.channel)
          .withCompression(compression)
          .serverReflectionInfo(answers)
          .onNext(ServerReflectionRequest.newBuilder().setHost("h".repeat(100_000)).build());
      assertThat(answers.failure())
          .as(compression)
          .contains("INVALID_ARGUMENT: limit-exceeded: request has");
    }
  }

  @Test
  void reflectionAnswersUnderItsFormerNameToo() throws Exception {
    Collector<
            io.grpc.reflection.v1alpha.ServerReflectionRequest,
            io.grpc.reflection.v1alpha.ServerReflectionResponse>
        names = Collector.eager();
    var call =
        io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(served.channel)
            .serverReflectionInfo(names);
    call.onNext(
        io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
            .setListServices("")
            .build());
    assertThat(names.next().getListServicesResponse().getServiceList())
        .extracting(service -> service.getName())
        .contains("databroker.DataBrokerService", "databroker.CheckpointService");
    call.onCompleted();
  }

  @Test
  void aMessageOverTheLimitIsRefusedInWords() {
    Any huge = Any.newBuilder().setValue(ByteString.copyFrom(new byte[8 << 20])).build();
    PutRequest request =
        PutRequest.newBuilder()
            .addRecords(Record.newBuilder().setType("a").setId("1").setData(huge))
            .build();
    assertThatThrownBy(() -> served.records().put(request))
        .hasMessageContaining("RESOURCE_EXHAUSTED")
        .hasMessageContaining("exceeds maximum size");
  }

  @Test
  void closingTellsHealthFirstAndEndsWatchersAlsoStuckOnes() throws Exception {
    Collector<HealthCheckRequest, HealthCheckResponse> health = Collector.eager();
    HealthGrpc.newStub(served.channel).watch(HealthCheckRequest.getDefaultInstance(), health);
    assertThat(health.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    SyncRequest all =
        SyncRequest.newBuilder().setServerVersion(backend.versions().serverVersion()).build();
    Collector<SyncRequest, SyncResponse> reader = Collector.eager();
    Collector<SyncRequest, SyncResponse> stuck = Collector.lazy();
    DataBrokerServiceGrpc.newStub(served.channel).sync(all, reader);
    DataBrokerServiceGrpc.newStub(served.channel).sync(all, stuck);
    Bytes payload = Bytes.copyOf(new byte[100_000]);
    for (int i = 0; i < 30; i++) {
      backend.put(List.of(Write.put("a", Integer.toString(i), payload)));
    }
    reader.next(30);

    long begin = System.nanoTime();
    served.server.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    assertThat(health.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(reader.failure()).isEqualTo("UNAVAILABLE: the server is stopping; connect again");
    assertThat(backend.openFeeds).hasValue(0);
    assertThatThrownBy(() -> served.records().listTypes(Empty.getDefaultInstance()))
        .hasMessageContaining("UNAVAILABLE");
    assertThat(backend.versions().latest()).isEqualTo(30); // the owner closes the backend
    served.server.close();
  }

  @Test
  void closingEndsStreamsOfOtherServicesAndUnfinishedRequests() throws Exception {
    Collector<HealthCheckRequest, HealthCheckResponse> health = Collector.eager();
    HealthGrpc.newStub(served.channel).watch(HealthCheckRequest.getDefaultInstance(), health);
    assertThat(health.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    Collector<ServerReflectionRequest, ServerReflectionResponse> names = Collector.eager();
    ServerReflectionGrpc.newStub(served.channel)
        .serverReflectionInfo(names)
        .onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    names.next();
    Collector<PutRequest, PutResponse> unfinished = Collector.eager();
    ClientCalls.asyncClientStreamingCall(
            served.channel.newCall(DataBrokerServiceGrpc.getPutMethod(), CallOptions.DEFAULT),
            unfinished)
        .onNext(PutRequest.getDefaultInstance());
    Eventually.holds("two admitted calls", () -> served.server.openCalls() == 2);

    served.server.close();
    String stopping = "UNAVAILABLE: the server is stopping; connect again";
    assertThat(health.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(health.failure()).isEqualTo(stopping);
    assertThat(names.failure()).isEqualTo(stopping);
    assertThat(unfinished.failure()).startsWith("DEADLINE_EXCEEDED: request-stalled");
  }

  @Test
  void anAddressInUseIsToldOf() {
    BrokerServer second =
        new BrokerServer(
            backend,
            Limits.FLOOR,
            Set.of(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), served.server.port()),
            new QuerySettings(),
            new ServerSettings());
    assertThatThrownBy(second::start)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Failed to bind");
    second.close();
  }
}
