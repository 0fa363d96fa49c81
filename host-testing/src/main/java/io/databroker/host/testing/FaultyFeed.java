package io.databroker.host.testing;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.support.ForwardingFeed;
import io.databroker.host.testing.Faults.Fault;
import org.jspecify.annotations.Nullable;

/** Feed whose polls fail on command; a failed poll loses no change. */
final class FaultyFeed extends ForwardingFeed {
  private final Faults faults;

  FaultyFeed(ChangeFeed feed, Faults faults) {
    super(feed);
    this.faults = faults;
  }

  @Override
  public @Nullable Changes poll() {
    Fault fault = faults.begin(Call.POLL);
    if (fault != null) {
      throw fault.error().get();
    }
    return super.poll();
  }
}
