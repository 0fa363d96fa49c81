package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.server.fixture.LaggingBackend;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.SyncRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sync without wait on a backend whose feeds learn of changes later than its reads do. */
class LaggingFeedTest {
  private final LockedBackend engine = new LockedBackend();
  private final long history = engine.versions().serverVersion();
  private final LaggingBackend backend = new LaggingBackend(engine);

  private ChangesSource open(long version, String type) {
    return ChangesSource.open(
        backend,
        new ToldChanges(),
        SyncRequest.newBuilder()
            .setServerVersion(history)
            .setRecordVersion(version)
            .setType(type)
            .setWait(false)
            .build());
  }

  private void put(String type) {
    engine.put(List.of(Write.put(type, "1", Bytes.EMPTY)));
  }

  @Test
  void anEmptyPollBeforeTheLastVersionIsNotTheEnd() {
    put("a");
    ChangesSource source = open(0, "");
    assertThat(source.poll()).isNull();
    assertThat(source.ended()).isFalse();
    List<String> signals = new ArrayList<>();
    backend.lags = false;
    source.onReady(() -> signals.add("ready"));
    assertThat(signals).hasSize(1);
    assertThat(source.poll()).isNotNull();
    assertThat(source.ended()).isTrue();
  }

  @Test
  void aTypeWithoutChangesEndsWithTheBookmark() {
    put("b");
    ChangesSource source = open(0, "a");
    assertThat(source.poll()).isNull();
    assertThat(source.ended()).isFalse();
    backend.lags = false;
    assertThat(source.poll()).isNull();
    assertThat(source.ended()).isTrue();
  }

  @Test
  void withNothingToTellItEndsAtOnce() {
    put("a");
    ChangesSource source = open(1, "");
    assertThat(source.poll()).isNull();
    assertThat(source.ended()).isTrue();
  }

  @Test
  void fromTheBeginningOfAHistoryThatFollowsAClearItEndsAtOnce() {
    put("a");
    long cleared = engine.clear().newServerVersion();
    backend.lags = false;
    ChangesSource source =
        ChangesSource.open(
            backend,
            new ToldChanges(),
            SyncRequest.newBuilder().setServerVersion(cleared).setWait(false).build());
    assertThat(source.poll()).isNull();
    assertThat(source.ended()).isTrue();
  }

  @Test
  void withoutItsEngineItFailsInsteadOfEndingEarly() {
    put("a");
    ChangesSource source = open(0, "");
    backend.away = true;
    assertThatThrownBy(source::poll).isInstanceOf(UnavailableException.class);
  }
}
