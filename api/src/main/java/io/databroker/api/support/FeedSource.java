package io.databroker.api.support;

import io.databroker.api.Changes;
import io.databroker.api.Versions;
import org.jspecify.annotations.Nullable;

/**
 * The part of a change feed that differs between backends; {@link WaitingFeeds} is the common part.
 *
 * <p>A source serves one feed, of one type or of all types.
 *
 * <p><b>Thread-safety:</b> {@link #next} is called by one thread at a time; the other methods by
 * any thread at any time. Each method may be called while the backend's lock is held.
 */
public interface FeedSource {

  /**
   * Returns the bounds of the current history, as the backend last published them.
   *
   * @throws io.databroker.api.ClosedException if the backend is closed
   */
  Versions versions();

  /**
   * Returns the feed's next answer: the first batch after {@code after} that concerns the feed, or,
   * if no batch up to {@code latest} does, a bookmark at {@code latest}.
   *
   * @param after the feed's position; smaller than {@code latest}
   * @param latest the last version that {@link #versions} returned; the answer does not go beyond
   * @return null if the changes after {@code after} were removed meanwhile
   */
  @Nullable Changes next(long after, long latest);

  /**
   * Returns whether a change after {@code after} and up to {@code through} concerns the feed. Also
   * returns true when the backend no longer knows, because these changes were removed.
   */
  boolean holds(long after, long through);
}
