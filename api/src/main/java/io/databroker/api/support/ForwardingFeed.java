package io.databroker.api.support;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Feed that passes each call on to another feed. A decorator extends it and overrides the methods
 * that it changes.
 *
 * <p><b>Thread-safety:</b> as the feed behind it.
 */
public class ForwardingFeed implements ChangeFeed {
  private final ChangeFeed feed;

  /**
   * Creates a feed that passes each call on to the given feed; closing it also closes the given
   * feed.
   */
  protected ForwardingFeed(ChangeFeed feed) {
    this.feed = Objects.requireNonNull(feed, "feed");
  }

  @Override
  public @Nullable Changes poll() {
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
