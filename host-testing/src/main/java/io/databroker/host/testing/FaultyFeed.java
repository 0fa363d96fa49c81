package io.databroker.host.testing;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.host.testing.Faults.Fault;
import org.jspecify.annotations.Nullable;

/** Feed whose polls fail on command; a failed poll loses no change. */
final class FaultyFeed implements ChangeFeed {
  private final ChangeFeed feed;
  private final Faults faults;

  FaultyFeed(ChangeFeed feed, Faults faults) {
    this.feed = feed;
    this.faults = faults;
  }

  @Override
  public @Nullable Changes poll() {
    Fault fault = faults.begin(Call.POLL);
    if (fault != null) {
      throw fault.error().get();
    }
    return feed.poll();
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
