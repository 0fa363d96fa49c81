package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.SyncRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangesSourceTest {
  private final List<Long> polled = new ArrayList<>();

  /** Backend whose feeds answer with one bookmark after the other, and have no signal. */
  private final class Bookmarks extends ForwardingBackend {
    Bookmarks(Backend backend) {
      super(backend);
    }

    @Override
    public ChangeFeed changes(Position from, String type) {
      return new ChangeFeed() {
        @Override
        public Changes poll() {
          long version = polled.size() + 1L;
          polled.add(version);
          return new Changes(List.of(), new Position(from.serverVersion(), version));
        }

        @Override
        public void onReady(Runnable signal) {
          throw new AssertionError("the last poll has found something");
        }

        @Override
        public void close() {}
      };
    }
  }

  @Test
  void aFeedOfManyBookmarksIsReadInManyTurns() {
    Backend backend = new Bookmarks(new LockedBackend());
    ChangesSource source =
        ChangesSource.open(
            backend,
            new ToldChanges(),
            SyncRequest.newBuilder()
                .setServerVersion(backend.versions().serverVersion())
                .setType("rare")
                .build());
    List<String> signals = new ArrayList<>();
    for (int turn = 1; turn <= 3; turn++) {
      assertThat(source.poll()).isNull();
      assertThat(source.ended()).isFalse();
      source.onReady(() -> signals.add("again"));
      assertThat(signals).hasSize(turn);
    }
    assertThat(polled).hasSizeLessThan(1_000);
  }
}
