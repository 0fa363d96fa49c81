package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.net.NetworkLimits;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncLatestResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that does not read costs the server little memory, and does not delay other clients. */
class BackpressureTest {
  private static final int RECORDS = 3_000;
  private static final Bytes PAYLOAD = Bytes.copyOf(new byte[10_000]);

  /** Larger than the transport's window of 1 MiB and its buffer, far smaller than all data. */
  private static final int WINDOW = 150;

  private final LockedBackend backend = new LockedBackend();
  private Served served;

  @AfterEach
  void stop() {
    served.close();
  }

  private SyncRequest fromTheBeginning() {
    return SyncRequest.newBuilder().setServerVersion(backend.versions().serverVersion()).build();
  }

  private void write(int from) {
    for (int i = from; i < from + RECORDS; i++) {
      backend.put(List.of(Write.put("a", Integer.toString(i), PAYLOAD)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatAClientDoesNotReadIsNotAskedFor(Served.Transport transport) throws Exception {
    served = Served.over(transport, backend);
    Collector<SyncRequest, SyncResponse> stuck = Collector.lazy();
    DataBrokerServiceGrpc.newStub(served.channel).sync(fromTheBeginning(), stuck);
    Eventually.holds("the feed is open", () -> backend.openFeeds.get() == 1);

    // Writers and another reader are not delayed.
    Collector<SyncRequest, SyncResponse> quick = Collector.eager();
    write(0);
    DataBrokerServiceGrpc.newStub(served.channel).sync(fromTheBeginning(), quick);
    assertThat(quick.next(RECORDS))
        .last()
        .extracting(r -> r.getRecord().getVersion())
        .isEqualTo((long) RECORDS);
    quick.cancel();
    Eventually.holds("the quick one is gone", () -> backend.openFeeds.get() == 1);

    long quickPolls = RECORDS + 1;
    assertThat(backend.polls.get() - quickPolls).isLessThan(WINDOW);
    assertThat(stuck.isEmpty()).isTrue();

    // The client misses nothing when it continues to read.
    stuck.request(RECORDS);
    List<SyncResponse> read = stuck.next(RECORDS);
    for (int i = 0; i < RECORDS; i++) {
      assertThat(read.get(i).getRecord().getVersion()).isEqualTo(i + 1L);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotIsReadNoFasterThanTheClientReads(Served.Transport transport) throws Exception {
    served = Served.over(transport, backend);
    write(0);
    Collector<SyncLatestRequest, SyncLatestResponse> stuck = Collector.lazy();
    DataBrokerServiceGrpc.newStub(served.channel)
        .syncLatest(SyncLatestRequest.getDefaultInstance(), stuck);
    Eventually.holds("the snapshot is open", () -> backend.openSnapshots.get() == 1);
    Collector<SyncLatestRequest, SyncLatestResponse> quick = Collector.eager();
    DataBrokerServiceGrpc.newStub(served.channel)
        .syncLatest(SyncLatestRequest.getDefaultInstance(), quick);
    assertThat(quick.next(RECORDS + 1).get(RECORDS).hasVersions()).isTrue();
    Eventually.holds("the quick one's is closed", () -> backend.openSnapshots.get() == 1);
    assertThat(backend.snapshotReads.get() - RECORDS).isLessThan(WINDOW);
    stuck.request(RECORDS + 1);
    assertThat(stuck.next(RECORDS + 1).get(RECORDS).hasVersions()).isTrue();
    Eventually.holds("the snapshot is closed", () -> backend.openSnapshots.get() == 0);
  }

  @Test
  void idleWatchersHoldNoThread() throws Exception {
    ServerSettings standard = new ServerSettings();
    NetworkLimits limits = standard.network();
    served =
        Served.with(
            backend,
            new QuerySettings(),
            standard.withNetwork(
                new NetworkLimits(10, 10, 20_000, limits.calls(), limits.times(), limits.room())));
    Collector<SyncRequest, SyncResponse> first = Collector.eager();
    DataBrokerServiceGrpc.newStub(served.channel).sync(fromTheBeginning(), first);
    backend.put(List.of(Write.put("a", "0", Bytes.EMPTY)));
    first.next();
    for (int i = 0; i < 10_000; i++) {
      DataBrokerServiceGrpc.newStub(served.channel)
          .sync(fromTheBeginning(), Collector.<SyncRequest, SyncResponse>eager());
    }
    Eventually.holds("all watch", () -> served.server.openStreams() == 10_001);
    long threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("databroker-"))
            .count();
    int processors = Runtime.getRuntime().availableProcessors();
    // Probe, timer, the acceptor, calls and writes, then searches, streams and event loops.
    assertThat(threads)
        .isLessThanOrEqualTo(
            3 + Math.max(8, 2 * processors) + Math.max(16, 4 * processors) + 4 * processors + 4);
    // Each of them takes a quick turn after a write.
    backend.put(List.of(Write.put("a", "1", Bytes.EMPTY)));
    assertThat(first.next().getRecord().getVersion()).isEqualTo(2);
  }
}
