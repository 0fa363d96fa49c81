package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.api.support.ForwardingFeed;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.SyncRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** Backend that counts its open feeds. */
  private static final class Counted extends ForwardingBackend {
    int opened;
    int closed;

    Counted(Backend backend) {
      super(backend);
    }

    @Override
    public ChangeFeed changes(Position from, String type) {
      ChangeFeed feed = super.changes(from, type);
      opened++;
      return new ForwardingFeed(feed) {
        @Override
        public void close() {
          closed++;
          super.close();
        }
      };
    }
  }

  private static Write put(int id) {
    byte[] payload =
        Any.newBuilder().setValue(ByteString.copyFrom(new byte[100])).build().toByteArray();
    return Write.put(id % 2 == 0 ? "even" : "odd", "id" + id, Bytes.copyOf(payload));
  }

  private static ChangesSource open(Backend backend, String type, boolean wait) {
    return ChangesSource.open(
        backend,
        new ToldChanges(),
        SyncRequest.newBuilder()
            .setServerVersion(backend.versions().serverVersion())
            .setType(type)
            .setWait(wait)
            .build());
  }

  /** Three batches of ten records, of which every poll is followed by a release. */
  @ParameterizedTest
  @CsvSource({"'', false, 30", "'', true, 30", "odd, false, 15", "odd, true, 15"})
  void aReleasedBatchIsReadAgainFromItsPlace(String type, boolean wait, int expected) {
    Counted backend = new Counted(new LockedBackend());
    for (int batch = 0; batch < 3; batch++) {
      int first = 10 * batch;
      backend.put(IntStream.range(first, first + 10).mapToObj(ChangesSourceTest::put).toList());
    }
    ChangesSource source = open(backend, type, wait);
    List<Object> messages = new ArrayList<>();
    for (Object message = source.poll(); message != null; message = source.poll()) {
      assertThat(source.held()).isBetween(1L, 10L * 400);
      source.back(message);
      assertThat(source.poll()).isSameAs(message);
      messages.add(message);
      source.release();
      assertThat(source.held()).isEqualTo(0);
    }
    assertThat(source.ended()).isEqualTo(!wait);
    assertThat(messages).hasSize(expected).doesNotHaveDuplicates();
    assertThat(backend.opened).isGreaterThan(9);
    source.close();
    assertThat(backend.closed).isGreaterThanOrEqualTo(backend.opened);
  }

  @Test
  void aFeedThatIsOpenedAgainAfterTheCloseIsClosed() {
    Counted backend = new Counted(new LockedBackend());
    backend.put(List.of(put(1), put(2)));
    ChangesSource source = open(backend, "", true);
    assertThat(source.poll()).isNotNull();
    source.release();
    source.close();
    assertThatThrownBy(source::poll).isInstanceOf(DatabrokerException.class);
    assertThat(backend.opened).isEqualTo(2);
    assertThat(backend.closed).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aReleasedBatchThatIsTrimmedMeanwhileFails() {
    Backend backend = new LockedBackend();
    backend.put(List.of(put(1), put(2)));
    ChangesSource source = open(backend, "", true);
    assertThat(source.poll()).isNotNull();
    source.release();
    backend.put(List.of(put(1), put(2)));
    backend.trim(Instant.MAX);
    assertThatThrownBy(source::poll).isInstanceOf(HistoryTrimmedException.class);
  }
}
