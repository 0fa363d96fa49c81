package io.databroker.tck.strangers;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import org.jspecify.annotations.Nullable;

/** Passes every call on to a feed. */
class PassingFeed implements ChangeFeed {
  protected final ChangeFeed inner;

  PassingFeed(ChangeFeed inner) {
    this.inner = inner;
  }

  @Override
  public @Nullable Changes poll() {
    return inner.poll();
  }

  @Override
  public void onReady(Runnable signal) {
    inner.onReady(signal);
  }

  @Override
  public void close() {
    inner.close();
  }
}
