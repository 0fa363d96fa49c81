package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.Position;
import io.databroker.api.UnavailableException;
import io.databroker.tck.history.Followed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reader of feeds that waits for signals, and continues at its position after its host or the
 * server was away.
 */
final class FaultFollower {
  /** The id of the last record of a round. */
  static final String MARKER = "the end";

  private static final long PATIENCE_SECONDS = 25;

  private final Backend host;
  private final @Nullable String type;
  private final Position from;
  private final List<Changes> told = new ArrayList<>();
  private Position at;
  private boolean ended;
  private boolean replaced;

  FaultFollower(Backend host, Position from, @Nullable String type) {
    this.host = host;
    this.from = from;
    this.at = from;
    this.type = type;
  }

  /** Returns whether the feed ended because its history was replaced. */
  boolean isReplaced() {
    return replaced;
  }

  /** Follows up to the marker, and returns the changes from the feeds. */
  Followed follow() throws InterruptedException {
    while (!ended) {
      try (ChangeFeed feed = host.changes(at, type)) {
        while (!ended) {
          read(feed);
        }
      } catch (UnavailableException | ClosedException away) {
        FaultCluster.pause(java.time.Duration.ofMillis(20));
      } catch (HistoryReplacedException gone) {
        replaced = true;
        ended = true;
      }
    }
    return new Followed(from, type, told, false);
  }

  private void read(ChangeFeed feed) throws InterruptedException {
    Changes next = feed.poll();
    if (next != null) {
      told.add(next);
      at = next.position();
      ended = next.records().stream().anyMatch(record -> record.id().equals(MARKER));
      return;
    }
    Semaphore signal = new Semaphore(0);
    feed.onReady(signal::release);
    if (!signal.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      Changes missed = feed.poll();
      if (missed != null) {
        throw new AssertionError("a feed was not signalled, but has changes: " + missed);
      }
    }
  }
}
