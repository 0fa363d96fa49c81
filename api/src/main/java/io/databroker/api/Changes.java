package io.databroker.api;

import java.util.List;

/**
 * What one batch wrote, as a feed tells it; or, without records, a bookmark: nothing of the feed's
 * type was written up to that position.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param records the changes of the batch, in order: all of them, those of the feed's type, or
 *     those behind the position from which the feed was opened
 * @param position where a feed opened anew goes on behind them
 */
public record Changes(List<StoredRecord> records, Position position) {
  /** Takes an unmodifiable copy of the list. */
  public Changes {
    records = List.copyOf(Require.nonNull("records", records));
    Require.nonNull("position", position);
  }

  /** Whether this only moves the position. */
  public boolean isBookmark() {
    return records.isEmpty();
  }
}
