package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import io.databroker.api.TypeOptions;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.AcquireLeaseRequest;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ReleaseLeaseRequest;
import io.databroker.server.proto.SetOptionsRequest;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits on leases, options and streams of clients; each rejection has a stable id. */
class GrowthLimitsTest {
  private static final ServiceLimits SMALL =
      new ServiceLimits(6, java.time.Duration.ofHours(1), 4, 2, 2, 2, 16);

  private final LockedBackend backend = new LockedBackend();
  private Served served;

  @BeforeEach
  void serve() throws Exception {
    served =
        Served.with(
            backend.checked(), new QuerySettings(), new ServerSettings().withService(SMALL));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private static void refused(Code code, String reason, Runnable call) throws Exception {
    StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(failure.getStatus().getCode()).as(failure.getMessage()).isEqualTo(code);
    ErrorInfo info = StatusProto.fromThrowable(failure).getDetails(0).unpack(ErrorInfo.class);
    assertThat(info.getReason()).isEqualTo(reason);
    assertThat(info.getMetadataMap()).containsKey("limit");
  }

  private String acquire(String name, long seconds) {
    return served
        .records()
        .acquireLease(
            AcquireLeaseRequest.newBuilder()
                .setName(name)
                .setDuration(Duration.newBuilder().setSeconds(seconds))
                .build())
        .getId();
  }

  /** One client has half of the limit. */
  @Test
  void leases() throws Exception {
    String first = acquire("a", 60);
    acquire("b", 60);
    acquire("c", 60);
    refused(Code.RESOURCE_EXHAUSTED, "too-many-leases", () -> acquire("d", 60));
    var unused =
        served
            .records()
            .releaseLease(ReleaseLeaseRequest.newBuilder().setName("a").setId(first).build());
    acquire("d", 60);
    refused(Code.INVALID_ARGUMENT, "limit-exceeded", () -> acquire("e", 3_601));
  }

  private void setOptions(String type, int fields) {
    Options.Builder options = Options.newBuilder().setCapacity(5);
    for (int i = 0; i < fields; i++) {
      options.addIndexableFields("f" + i);
    }
    var unused =
        served
            .records()
            .setOptions(SetOptionsRequest.newBuilder().setType(type).setOptions(options).build());
  }

  @Test
  void typesWithOptionsAndTheirFields() throws Exception {
    setOptions("a", 2);
    refused(Code.INVALID_ARGUMENT, "limit-exceeded", () -> setOptions("a", 3));
    setOptions("b", 0);
    setOptions("b", 1);
    // One client has half of the limit, which a removal gives back.
    refused(Code.RESOURCE_EXHAUSTED, "too-many-types-with-options", () -> setOptions("c", 0));
    var unused = served.records().setOptions(SetOptionsRequest.newBuilder().setType("b").build());
    setOptions("c", 0);
    for (String type : List.of("host1", "host2")) {
      backend.setOptions(type, new TypeOptions(5L, null, List.of()));
    }
    refused(Code.RESOURCE_EXHAUSTED, "too-many-types-with-options", () -> setOptions("d", 0));
  }

  @Test
  void watchers() throws Exception {
    SyncRequest request =
        SyncRequest.newBuilder().setServerVersion(backend.versions().serverVersion()).build();
    // The first eight calls of a connection are exempt from the limit.
    for (int i = 0; i < 8; i++) {
      DataBrokerServiceGrpc.newStub(served.channel)
          .sync(request, Collector.<SyncRequest, SyncResponse>eager());
    }
    Eventually.holds("all watch", () -> served.server.openStreams() == 8);
    refused(
        Code.RESOURCE_EXHAUSTED,
        "too-many-watchers",
        () -> served.records().sync(request).forEachRemaining(message -> {}));
  }

  @Test
  void theTextOfAQuery() throws Exception {
    QueryRequest request = QueryRequest.newBuilder().setQuery("x".repeat(17)).build();
    refused(Code.INVALID_ARGUMENT, "limit-exceeded", () -> served.records().query(request));
  }

  @Test
  void recordsAreCountedBeforeTheyAreMade() throws Exception {
    Record empty = Record.getDefaultInstance();
    PutRequest request =
        PutRequest.newBuilder().addAllRecords(Collections.nCopies(1_001, empty)).build();
    refused(
        Code.INVALID_ARGUMENT,
        "limit-exceeded",
        () -> served.records().withCompression("gzip").put(request));
    Record whole =
        Record.newBuilder().setType("a").setId("1").setData(Any.getDefaultInstance()).build();
    PutRequest most =
        PutRequest.newBuilder().addAllRecords(Collections.nCopies(1_000, whole)).build();
    assertThat(served.records().put(most).getRecordsCount()).isEqualTo(1_000);
  }
}
