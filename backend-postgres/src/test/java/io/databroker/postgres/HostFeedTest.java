package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.support.WaitingFeeds;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A poll during a close, of a server that does not answer. */
class HostFeedTest {
  private static final StoreRow ROW = new StoreRow(1, 7, 1, 1, 0, 0, 0);

  @Test
  void aCloseWaitsForRunningPolls() throws Exception {
    Quiet.libraries();
    CallGate gate = new CallGate();
    WaitingFeeds feeds = new WaitingFeeds(Runnable::run);
    LambdaSource.Opener away =
        () -> {
          throw new SQLException("away", "08001");
        };
    try (Sessions sessions = new Sessions(away, 2, Duration.ofSeconds(1), new EngineState())) {
      Tail tail = new Tail(sessions, feeds, new Cluster(), ROW);
      ChangeFeed feed = HostFeed.open(feeds, tail, gate, new Position(7, 0), null);
      Deadline bound = Deadline.after(Duration.ofSeconds(30));
      FutureTask<Changes> poll = new FutureTask<>(feed::poll);
      Thread thread = new Thread(poll, "poll");
      thread.start();
      while (thread.getState() != Thread.State.TIMED_WAITING && !poll.isDone()) {
        assertThat(bound.isOver()).isFalse();
        LockSupport.parkNanos(100_000);
      }
      assertThat(poll.isDone()).as("the poll waits for a connection").isFalse();
      gate.close();
      gate.awaitEmpty(bound);
      assertThat(thread.getState())
          .as("the poll has ended its wait before the connections are closed")
          .isNotEqualTo(Thread.State.TIMED_WAITING);
      thread.join();
      assertThatThrownBy(feed::poll).isInstanceOf(ClosedException.class);
    }
  }
}
