package io.databroker.server.rpc;

import static io.databroker.server.rpc.Structs.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.server.fixture.EachBackend;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.QueryResponse;
import io.databroker.server.proto.Record;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A query waits for the version that its request names, but not for long. */
@ParameterizedClass
@MethodSource("io.databroker.server.fixture.EachBackend#all")
class QueryVersionTest {
  private static final int ANSWER_BYTES = 64 << 10;
  private final EachBackend backend;
  private BackendConfig place;
  private Databroker broker;
  private Served served;

  QueryVersionTest(EachBackend backend) {
    this.backend = backend;
  }

  @BeforeEach
  void serve() throws Exception {
    place = backend.place();
    broker = EachBackend.open(place, MessageTypes.wellKnown().extractor());
    QuerySettings settings =
        new QuerySettings(MessageTypes.wellKnown(), Duration.ofMinutes(1), ANSWER_BYTES);
    served = Served.over(Served.Transport.IN_PROCESS, broker.backend(), settings);
  }

  @AfterEach
  void stop() {
    served.close();
    broker.close();
  }

  private void put(Record... records) {
    var unused =
        served.records().put(PutRequest.newBuilder().addAllRecords(List.of(records)).build());
  }

  private static QueryRequest.Builder all(String type) {
    return QueryRequest.newBuilder().setType(type).setLimit(1_000);
  }

  private QueryResponse query(QueryRequest.Builder request) {
    return served.records().query(request.build());
  }

  @Test
  void aVersionThatIsHeardOfIsWaitedForBriefly() throws Exception {
    put(record("a", "1", "{}"));
    assertThat(query(all("a").setMinimumRecordVersionHint(1)).getTotalCount()).isEqualTo(1);
    var waiting =
        DataBrokerServiceGrpc.newFutureStub(served.channel)
            .query(all("a").setMinimumRecordVersionHint(3).build());
    put(record("a", "2", "{}"));
    assertThat(waiting.isDone()).isFalse();
    put(record("b", "3", "{}"));
    assertThat(waiting.get().getRecordVersion()).isEqualTo(3);
    assertThat(waiting.get().getTotalCount()).isEqualTo(2);
  }

  @Test
  void whoWaitsForAVersionIsAnsweredWhenTheServerStops() throws Exception {
    put(record("a", "1", "{}"));
    var waiting =
        DataBrokerServiceGrpc.newFutureStub(served.channel)
            .query(all("a").setMinimumRecordVersionHint(9).build());
    put(record("a", "2", "{}")); // by now the server has the query, or answers that it is stopping
    served.server.close();
    try {
      assertThat(waiting.get(30, TimeUnit.SECONDS).getRecordVersion()).isEqualTo(2);
    } catch (ExecutionException e) {
      assertThat(e).hasMessageContaining("UNAVAILABLE");
    }
  }

  @Test
  void aVersionThatNoWriteUnderWayCanTakeIsNotWaitedFor() throws Exception {
    served.close();
    QuerySettings settings =
        new QuerySettings(MessageTypes.wellKnown(), Duration.ofDays(1), ANSWER_BYTES);
    served = Served.over(Served.Transport.IN_PROCESS, broker.backend(), settings);
    put(record("a", "1", "{}"));
    for (long hint : new long[] {0, 1, 18, 1_000_000, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      assertThat(query(all("a").setMinimumRecordVersionHint(hint)).getRecordVersion()).isEqualTo(1);
    }
  }

  @Test
  void aVersionThatNeverComesIsNotWaitedForLong() throws Exception {
    served.close();
    QuerySettings settings =
        new QuerySettings(MessageTypes.wellKnown(), Duration.ofMillis(20), ANSWER_BYTES);
    served = Served.over(Served.Transport.IN_PROCESS, broker.backend(), settings);
    put(record("a", "1", "{}"));
    assertThat(query(all("a").setMinimumRecordVersionHint(-1)).getRecordVersion()).isEqualTo(1);
  }
}
