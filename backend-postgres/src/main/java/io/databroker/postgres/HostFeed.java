package io.databroker.postgres;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Position;
import io.databroker.api.Versions;
import io.databroker.api.support.FeedSource;
import io.databroker.api.support.ForwardingFeed;
import io.databroker.api.support.WaitingFeeds;
import org.jspecify.annotations.Nullable;

/** Feed that asks the server before it reports that there are no changes. */
final class HostFeed extends ForwardingFeed {
  private final Tail tail;
  private final CallGate gate;

  private HostFeed(Tail tail, CallGate gate, ChangeFeed feed) {
    super(feed);
    this.tail = tail;
    this.gate = gate;
  }

  static ChangeFeed open(
      WaitingFeeds feeds, Tail tail, CallGate gate, Position from, @Nullable String type) {
    FeedSource source =
        new FeedSource() {
          @Override
          public Versions versions() {
            gate.check();
            return tail.known().versions();
          }

          @Override
          public @Nullable Changes next(long after, long latest) {
            return tail.next(from.serverVersion(), type, after, latest);
          }

          @Override
          public boolean holds(long after, long through) {
            return tail.holds(type, after, through);
          }
        };
    return new HostFeed(tail, gate, feeds.open(from, type, source));
  }

  /** Counts as a call: a close waits for it before it closes the connections. */
  @Override
  public @Nullable Changes poll() {
    gate.enter();
    try {
      return pollOpen();
    } finally {
      gate.leave();
    }
  }

  private @Nullable Changes pollOpen() {
    Changes changes = super.poll();
    if (changes != null) {
      return changes;
    }
    try {
      tail.refresh();
    } catch (ClosedException closed) {
      throw closed;
    } catch (DatabrokerException away) {
      return null; // the listener signals once the server is back
    }
    return super.poll();
  }
}
