package io.databroker.host;

import io.databroker.api.Position;
import java.util.List;

/**
 * What one batch wrote of a type; or, without records, a bookmark that only moves the position.
 *
 * <p><b>Thread-safety:</b> immutable, if the values are.
 *
 * @param <T> the values
 * @param records the changes of the type in that batch, in order
 * @param position where a feed opened anew goes on behind them
 */
public record TypedChanges<T>(List<TypedRecord<T>> records, Position position) {
  /** Takes an unmodifiable copy of the list. */
  public TypedChanges {
    records = List.copyOf(records);
  }

  /** Whether this only moves the position. */
  public boolean isBookmark() {
    return records.isEmpty();
  }
}
