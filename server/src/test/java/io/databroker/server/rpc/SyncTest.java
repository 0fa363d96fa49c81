package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncLatestResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
class SyncTest {
  private final LockedBackend backend = new LockedBackend();
  private final long history = backend.versions().serverVersion();
  @AutoClose private final Served served;

  SyncTest(Served.Transport transport) throws Exception {
    served = Served.over(transport, backend.checked());
  }

  private void put(String type, String... ids) {
    List<Write> batch = new ArrayList<>();
    for (String id : ids) {
      batch.add(Write.put(type, id, Bytes.EMPTY));
    }
    backend.put(batch);
  }

  private SyncRequest.Builder from(long version) {
    return SyncRequest.newBuilder().setServerVersion(history).setRecordVersion(version);
  }

  private Collector<SyncRequest, SyncResponse> watch(SyncRequest.Builder request) {
    Collector<SyncRequest, SyncResponse> watcher = Collector.eager();
    DataBrokerServiceGrpc.newStub(served.channel).sync(request.build(), watcher);
    return watcher;
  }

  private List<SyncResponse> read(SyncRequest.Builder request) {
    List<SyncResponse> messages = new ArrayList<>();
    served.records().sync(request.setWait(false).build()).forEachRemaining(messages::add);
    return messages;
  }

  private List<SyncLatestResponse> latest(String type) {
    List<SyncLatestResponse> messages = new ArrayList<>();
    served
        .records()
        .syncLatest(SyncLatestRequest.newBuilder().setType(type).build())
        .forEachRemaining(messages::add);
    return messages;
  }

  private static String text(SyncResponse message) {
    return message.hasOptions()
        ? "options " + message.getOptions().getTypeURL()
        : message.getRecord().getVersion()
            + (message.getRecord().hasDeletedAt() ? " deleted " : " ")
            + message.getRecord().getId();
  }

  private static String text(SyncLatestResponse message) {
    return switch (message.getResponseCase()) {
      case RECORD -> message.getRecord().getVersion() + " " + message.getRecord().getId();
      case OPTIONS -> "options " + message.getOptions().getTypeURL();
      case VERSIONS -> "versions " + message.getVersions().getLatestRecordVersion();
      case RESPONSE_NOT_SET -> "nothing";
    };
  }

  @Test
  void withoutWaitItTellsWhatThereIsAndEnds() {
    put("a", "1", "2", "3");
    backend.put(List.of(Write.delete("a", "1")));
    assertThat(read(from(1)))
        .extracting(SyncTest::text)
        .containsExactly("2 2", "3 3", "4 deleted 1");
    assertThat(read(from(4))).isEmpty();
    assertThat(backend.openFeeds).hasValue(0);
  }

  @Test
  void withWaitItGoesOn() throws Exception {
    put("a", "1");
    var watcher = watch(from(0));
    assertThat(text(watcher.next())).isEqualTo("1 1");
    put("a", "2", "3");
    assertThat(watcher.next(2)).extracting(SyncTest::text).containsExactly("2 2", "3 3");
    var explicit = watch(from(3).setWait(true));
    put("a", "4");
    assertThat(text(watcher.next())).isEqualTo("4 4");
    assertThat(text(explicit.next())).isEqualTo("4 4");
  }

  @Test
  void ofATypeItTellsThatTypeOnlyAndNoBookmarks() throws Exception {
    put("ab", "x");
    put("a", "1");
    put("ab", "y");
    assertThat(read(from(0).setType("a"))).extracting(SyncTest::text).containsExactly("2 1");
    var watcher = watch(from(3).setType("a"));
    put("ab", "z");
    put("a", "2");
    assertThat(text(watcher.next())).isEqualTo("5 2");
  }

  @Test
  void optionsComeFirstAlsoOfTypesWithoutRecords() {
    backend.setOptions("a", TypeOptions.NONE.withCapacity(5));
    backend.setOptions("empty", TypeOptions.NONE.withCapacity(0));
    put("a", "1");
    assertThat(read(from(0)))
        .extracting(SyncTest::text)
        .containsExactlyInAnyOrder("options a", "options empty", "1 1")
        .last()
        .isEqualTo("1 1");
    assertThat(read(from(0).setType("empty")))
        .extracting(SyncTest::text)
        .containsExactly("options empty");
    assertThat(read(from(0)).get(0).getOptions().getOptions().hasCapacity()).isTrue();
  }

  @Test
  void headersGoOutBeforeThereIsAnythingToSay() throws Exception {
    CountDownLatch headers = new CountDownLatch(1);
    ClientCall<SyncRequest, SyncResponse> call =
        served.channel.newCall(DataBrokerServiceGrpc.getSyncMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onHeaders(Metadata received) {
            headers.countDown();
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(from(0).build());
    call.halfClose();
    assertThat(headers.await(20, TimeUnit.SECONDS)).isTrue();
    call.cancel("seen", null);
  }

  @Test
  void whoeverHasToStartOverIsAborted() throws Exception {
    put("a", "1", "2");
    assertThat(watch(from(1).setServerVersion(0)).failure())
        .isEqualTo("ABORTED: invalid server version");
    assertThat(watch(from(1).setServerVersion(7)).failure())
        .isEqualTo("ABORTED: invalid server version");
    assertThat(watch(from(3)).failure()).isEqualTo("ABORTED: invalid record version");
    assertThat(watch(from(-1)).failure()).isEqualTo("ABORTED: invalid record version");
    backend.trim(Instant.MAX);
    assertThat(watch(from(1)).failure()).isEqualTo("ABORTED: invalid record version");
  }

  @Test
  void clearAbortsWhoWaits() throws Exception {
    var watcher = watch(from(0));
    put("a", "1");
    watcher.next();
    backend.clear();
    assertThat(watcher.failure()).isEqualTo("ABORTED: invalid server version");
    assertThat(backend.openFeeds).hasValue(0);
  }

  @Test
  void closingTheBackendEndsWhoWaits() throws Exception {
    var watcher = watch(from(0));
    put("a", "1");
    watcher.next();
    backend.close();
    assertThat(watcher.failure()).startsWith("UNAVAILABLE: closed: ");
  }

  @Test
  void cancellingClosesTheFeed() throws Exception {
    var watcher = watch(from(0));
    put("a", "1");
    watcher.next();
    assertThat(backend.openFeeds).hasValue(1);
    watcher.cancel();
    Eventually.holds("the feed is closed", () -> backend.openFeeds.get() == 0);
    Eventually.holds("the stream is forgotten", () -> served.server.openStreams() == 0);
  }

  @Test
  void latestTellsRecordsThenOptionsThenVersions() {
    put("a", "1", "2");
    put("b", "3");
    backend.put(List.of(Write.delete("a", "1")));
    backend.setOptions("a", TypeOptions.NONE.withCapacity(5));
    backend.setOptions("c", TypeOptions.NONE.withCapacity(5));
    List<SyncLatestResponse> all = latest("");
    assertThat(all.subList(0, 2))
        .extracting(SyncTest::text)
        .containsExactlyInAnyOrder("2 2", "3 3");
    assertThat(all.subList(2, 4))
        .extracting(SyncTest::text)
        .containsExactlyInAnyOrder("options a", "options c");
    assertThat(all).hasSize(5);
    assertThat(all.get(4).getVersions().getServerVersion()).isEqualTo(history);
    assertThat(all.get(4).getVersions().getLatestRecordVersion()).isEqualTo(4);
    assertThat(latest("a"))
        .extracting(SyncTest::text)
        .containsExactly("2 2", "options a", "versions 4");
    assertThat(latest("none")).extracting(SyncTest::text).containsExactly("versions 4");
    assertThat(backend.openSnapshots).hasValue(0);
  }

  @Test
  void latestOfNothingTellsTheVersions() {
    assertThat(latest("")).extracting(SyncTest::text).containsExactly("versions 0");
  }
}
