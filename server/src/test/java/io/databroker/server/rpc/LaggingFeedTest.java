package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.SyncRequest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sync without wait on a backend whose feeds learn of changes later than its reads do. */
class LaggingFeedTest {
  private final LockedBackend engine = new LockedBackend();
  private final long history = engine.versions().serverVersion();
  private boolean lags = true;
  private boolean away;

  private final Backend backend =
      (Backend)
          Proxy.newProxyInstance(
              Backend.class.getClassLoader(),
              new Class<?>[] {Backend.class},
              (proxy, method, arguments) -> {
                if (away) {
                  throw new UnavailableException("the engine is away", null);
                }
                try {
                  Object answer = method.invoke(engine, arguments);
                  return answer instanceof ChangeFeed feed ? new Lagging(feed) : answer;
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });

  /** Feed that has nothing while it lags. */
  private final class Lagging implements ChangeFeed {
    private final ChangeFeed feed;

    Lagging(ChangeFeed feed) {
      this.feed = feed;
    }

    @Override
    public Changes poll() {
      return lags ? null : feed.poll();
    }

    @Override
    public void onReady(Runnable signal) {
      feed.onReady(signal);
    }

    @Override
    public void close() {
      feed.close();
    }
  }

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
    lags = false;
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
    lags = false;
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
    lags = false;
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
    away = true;
    assertThatThrownBy(source::poll).isInstanceOf(UnavailableException.class);
  }
}
