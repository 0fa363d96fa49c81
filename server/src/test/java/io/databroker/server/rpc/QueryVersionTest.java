package io.databroker.server.rpc;

import static io.databroker.server.rpc.QueryServer.SETTINGS;
import static io.databroker.server.rpc.QueryServer.all;
import static io.databroker.server.rpc.Structs.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.host.BackendConfig;
import io.databroker.server.fixture.EachBackend;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A query waits for the version that its request names, but not for long. */
@ParameterizedClass
@MethodSource("io.databroker.server.fixture.EachBackend#all")
class QueryVersionTest {
  private final BackendConfig place;
  @AutoClose private QueryServer server;

  QueryVersionTest(EachBackend backend) throws Exception {
    place = backend.place();
    server = QueryServer.open(place, SETTINGS);
  }

  @Test
  void aVersionThatIsHeardOfIsWaitedForBriefly() throws Exception {
    server.put(record("a", "1", "{}"));
    assertThat(server.query(all("a").setMinimumRecordVersionHint(1)).getTotalCount()).isEqualTo(1);
    var waiting =
        DataBrokerServiceGrpc.newFutureStub(server.served.channel)
            .query(all("a").setMinimumRecordVersionHint(3).build());
    server.put(record("a", "2", "{}"));
    assertThat(waiting.isDone()).isFalse();
    server.put(record("b", "3", "{}"));
    assertThat(waiting.get().getRecordVersion()).isEqualTo(3);
    assertThat(waiting.get().getTotalCount()).isEqualTo(2);
  }

  @Test
  void whoWaitsForAVersionIsAnsweredWhenTheServerStops() throws Exception {
    server.put(record("a", "1", "{}"));
    var waiting =
        DataBrokerServiceGrpc.newFutureStub(server.served.channel)
            .query(all("a").setMinimumRecordVersionHint(9).build());
    server.put(
        record("a", "2", "{}")); // by now the server has the query, or answers that it is stopping
    server.served.server.close();
    try {
      assertThat(waiting.get(30, TimeUnit.SECONDS).getRecordVersion()).isEqualTo(2);
    } catch (ExecutionException e) {
      assertThat(e).hasMessageContaining("UNAVAILABLE");
    }
  }

  @Test
  void aVersionThatNoWriteUnderWayCanTakeIsNotWaitedFor() throws Exception {
    server.close();
    server = QueryServer.open(place, SETTINGS.withHintWait(Duration.ofDays(1)));
    server.put(record("a", "1", "{}"));
    for (long hint : new long[] {0, 1, 18, 1_000_000, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      assertThat(server.query(all("a").setMinimumRecordVersionHint(hint)).getRecordVersion())
          .isEqualTo(1);
    }
  }

  @Test
  void aVersionThatNeverComesIsNotWaitedForLong() throws Exception {
    server.close();
    server = QueryServer.open(place, SETTINGS.withHintWait(Duration.ofMillis(20)));
    server.put(record("a", "1", "{}"));
    assertThat(server.query(all("a").setMinimumRecordVersionHint(-1)).getRecordVersion())
        .isEqualTo(1);
  }
}
