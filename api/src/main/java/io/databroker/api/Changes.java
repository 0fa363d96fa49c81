package io.databroker.api;

import java.util.List;

/**
 * One answer of a feed: the changes of one batch, or a bookmark without records. A bookmark says
 * that nothing of the feed's type was written up to its position.
 *
 * @param records the changes of the batch in order, restricted to the type of the feed and to those
 *     after the position at which it was opened
 * @param position the position after these changes, at which another feed can continue
 */
public record Changes(List<StoredRecord> records, Position position) {
  /** Rejects null and copies the list. */
  public Changes {
    records = List.copyOf(Require.nonNull("records", records));
    Require.nonNull("position", position);
  }

  /** Returns whether this answer only moves the position. */
  public boolean isBookmark() {
    return records.isEmpty();
  }
}
