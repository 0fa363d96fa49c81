package io.databroker.host;

import io.databroker.api.Position;
import java.util.List;

/**
 * Result of a query of one type, at one version.
 *
 * <p><b>Thread-safety:</b> immutable if the values are.
 *
 * @param <T> type of the values
 * @param records the records of the page, sorted by id
 * @param total the number of matches before offset and limit
 * @param position the history and the version of the result
 */
public record TypedQueryResult<T>(List<TypedRecord<T>> records, long total, Position position) {
  /** Copies the list. */
  public TypedQueryResult {
    records = List.copyOf(records);
  }
}
