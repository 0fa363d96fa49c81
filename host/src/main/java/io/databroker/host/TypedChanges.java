package io.databroker.host;

import io.databroker.api.Position;
import java.util.List;

/**
 * One answer of a typed feed: the changes of one batch, or a bookmark without records that only
 * moves the position.
 *
 * <p><b>Thread-safety:</b> immutable if the values are.
 *
 * @param <T> type of the values
 * @param records the changes of the type in that batch, in order
 * @param position the position after these changes, at which another feed can continue
 */
public record TypedChanges<T>(List<TypedRecord<T>> records, Position position) {
  /** Copies the list. */
  public TypedChanges {
    records = List.copyOf(records);
  }

  /** Returns whether this answer only moves the position. */
  public boolean isBookmark() {
    return records.isEmpty();
  }
}
