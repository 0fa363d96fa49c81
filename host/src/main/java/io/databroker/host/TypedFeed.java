package io.databroker.host;

import io.databroker.api.BlockingFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the decoded changes of one type on the calling thread. To use no thread, poll a {@link
 * io.databroker.api.ChangeFeed} and decode its answers with {@link TypedRecords#decode(Changes)}.
 *
 * <p><b>Thread-safety:</b> one thread at a time calls {@code next}; any thread may call {@link
 * #close}, which ends the wait.
 *
 * @param <T> type of the values
 */
public final class TypedFeed<T> implements AutoCloseable {
  private final BlockingFeed feed;
  private final TypedRecords<T> records;

  TypedFeed(BlockingFeed feed, TypedRecords<T> records) {
    this.feed = feed;
    this.records = records;
  }

  /**
   * Waits for the next changes and returns them.
   *
   * @throws InterruptedException if the thread is interrupted while it waits; no change is lost
   * @throws HistoryReplacedException after a clear
   * @throws HistoryTrimmedException if the next changes were trimmed
   * @throws ClosedException after this feed or the backend was closed
   */
  public TypedChanges<T> next() throws InterruptedException {
    return records.decode(feed.next());
  }

  /**
   * Waits for the next changes; returns null if there are none in time. Fails as {@link #next()}.
   */
  public @Nullable TypedChanges<T> next(Duration atMost) throws InterruptedException {
    Changes changes = feed.next(atMost);
    return changes == null ? null : records.decode(changes);
  }

  /** Ends the feed and a wait for it; idempotent. */
  @Override
  public void close() {
    feed.close();
  }
}
