package io.databroker.host;

import io.databroker.api.BlockingFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one type, decoded, for a thread that waits. Who has no thread to spend decodes
 * those of a {@link io.databroker.api.ChangeFeed} with {@link TypedRecords#decode(Changes)}.
 *
 * <p><b>Thread-safety:</b> one thread at a time waits; {@link #close} may be called by any thread,
 * and ends its wait.
 *
 * @param <T> the values
 */
public final class TypedFeed<T> implements AutoCloseable {
  private final BlockingFeed feed;
  private final TypedRecords<T> records;

  TypedFeed(BlockingFeed feed, TypedRecords<T> records) {
    this.feed = feed;
    this.records = records;
  }

  /**
   * What comes next, waiting for it.
   *
   * @throws InterruptedException if the thread is interrupted while it waits; nothing is skipped
   * @throws HistoryReplacedException after a clear
   * @throws HistoryTrimmedException if what comes next is no longer held
   * @throws ClosedException after this or the backend was closed
   */
  public TypedChanges<T> next() throws InterruptedException {
    return records.decode(feed.next());
  }

  /** What comes next, or null if nothing has come within that time; fails as {@link #next()}. */
  public @Nullable TypedChanges<T> next(Duration atMost) throws InterruptedException {
    Changes changes = feed.next(atMost);
    return changes == null ? null : records.decode(changes);
  }

  /** Ends the feed, and the wait for it; idempotent. */
  @Override
  public void close() {
    feed.close();
  }
}
