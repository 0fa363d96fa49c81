package io.databroker.host.testing;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.support.ForwardingFeed;
import io.databroker.host.testing.Faults.Fault;
import org.jspecify.annotations.Nullable;

/**
 * Feed whose polls fail on command; a failed poll loses no change. While the engine is away, polls
 * return null, and signals wait until it is back.
 */
final class FaultyFeed extends ForwardingFeed {
  private final Faults faults;
  private boolean closed;

  /** The signal that was registered last. */
  private @Nullable Runnable latest;

  /** Signal that came while the engine was away. */
  private @Nullable Runnable held;

  FaultyFeed(ChangeFeed feed, Faults faults) {
    super(feed);
    this.faults = faults;
  }

  @Override
  public @Nullable Changes poll() {
    Fault fault = faults.begin(Call.POLL);
    if (fault == null) {
      return super.poll();
    } else if (fault.away()) {
      return null;
    }
    throw fault.error().get();
  }

  @Override
  public void onReady(Runnable signal) {
    synchronized (this) {
      latest = signal;
      held = null;
    }
    super.onReady(
        () -> {
          if (!holds(signal)) {
            signal.run();
          }
        });
  }

  private synchronized boolean holds(Runnable signal) {
    if (closed || signal != latest || !faults.waitForEngine(this)) {
      return false;
    }
    held = signal;
    return true;
  }

  /** Hands over the signal that came while the engine was away. */
  void engineIsBack() {
    Runnable signal;
    synchronized (this) {
      signal = held;
      held = null;
    }
    if (signal != null) {
      super.onReady(signal);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    super.close();
    engineIsBack();
  }
}
