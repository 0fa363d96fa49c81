package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.api.support.FeedSource;
import io.databroker.api.support.WaitingFeeds;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Feeds during a trim, without a server: the tail knows each change. */
class TailTest {
  private static final StoreRow EMPTY = new StoreRow(1, 7, 1, 0, 0, 0, 0);

  private final WaitingFeeds feeds = new WaitingFeeds(Runnable::run);
  private final Tail tail = new Tail(null, feeds, new Cluster(), EMPTY);

  private void write(String type) {
    StoreRow now = tail.known();
    long version = now.latest() + 1;
    StoredRecord record = new StoredRecord(type, "1", version, Bytes.EMPTY, Instant.EPOCH, false);
    tail.publish(now.upTo(version), List.of(Page.of(7, List.of(List.of(record)))));
  }

  private void trimAll() {
    tail.publish(tail.known().from(tail.known().latest() + 1));
  }

  /** Source of a feed, which runs a step just after the feed has read the bounds. */
  private FeedSource source(String type, Runnable afterBounds) {
    return new FeedSource() {
      @Override
      public Versions versions() {
        Versions now = tail.known().versions();
        afterBounds.run();
        return now;
      }

      @Override
      public Changes next(long after, long latest) {
        return tail.next(7, type, after, latest);
      }

      @Override
      public boolean holds(long after, long through) {
        return tail.holds(type, after, through);
      }
    };
  }

  @Test
  void aChangeThatATrimRemovesDuringAPollIsNotSkipped() {
    write("mine");
    write("other");
    boolean[] trimmed = new boolean[1];
    FeedSource source =
        source(
            "mine",
            () -> {
              if (!trimmed[0]) {
                trimmed[0] = true;
                trimAll();
              }
            });
    try (ChangeFeed feed = feeds.open(new Position(7, 0), "mine", source)) {
      Changes told = feed.poll();
      assertThat(told.records()).as("the change, or an error").hasSize(1);
    } catch (HistoryTrimmedException allowed) {
      assertThat(trimmed[0]).isTrue();
    }
    assertThat(trimmed[0]).isTrue();
  }

  /** The listener has read the bounds, and found no feed that waits. */
  @Test
  void aFeedThatBeginsToWaitWhileTheListenerReadsIsSignalled() {
    StoreRow read = EMPTY.upTo(1);
    assertThat(tail.startOf(read, Runnable::run)).isEqualTo(1);
    boolean[] signalled = new boolean[1];
    try (ChangeFeed feed = feeds.open(new Position(7, 0), null, source(null, () -> {}))) {
      feed.onReady(() -> signalled[0] = true);
      tail.publish(read);
      assertThat(signalled[0]).isTrue();
    }
  }

  /** The writer's queue lets the next writer in between. */
  @Test
  void aNotedChangeIsVisibleBeforeItsSignalRuns() {
    boolean[] signalled = new boolean[1];
    StoredRecord record = new StoredRecord("t", "1", 1, Bytes.EMPTY, Instant.EPOCH, false);
    try (ChangeFeed feed = feeds.open(new Position(7, 0), null, source(null, () -> {}));
        ChangeFeed other = feeds.open(new Position(7, 0), "t", source("t", () -> {}))) {
      feed.onReady(() -> signalled[0] = true);
      Runnable signals = tail.note(EMPTY.upTo(1), List.of(Page.of(7, List.of(List.of(record)))));
      assertThat(signalled[0]).isFalse();
      assertThat(other.poll().records()).containsExactly(record);
      signals.run();
      assertThat(signalled[0]).isTrue();
    }
  }

  @Test
  void changesBeforeATrimStayKnownWhileFeedsMayStillAsk() {
    write("mine");
    write("other");
    trimAll();
    assertThat(tail.holds("mine", 0, 2)).isTrue();
    assertThat(tail.holds("quiet", 0, 2)).as("a quiet type passes the trim").isFalse();
  }

  @Test
  void whatWasForgottenIsNotTakenForQuiet() {
    write("mine");
    for (int i = 0; i < 1_000; i++) {
      write("other");
      trimAll();
    }
    long latest = tail.known().latest();
    assertThat(tail.holds("mine", 0, latest)).isTrue();
    assertThat(tail.holds("mine", latest - 1, latest)).isFalse();
  }
}
