package io.databroker.host.cache;

import io.databroker.api.Position;
import io.databroker.host.TypedRecord;
import java.util.Map;

/**
 * The records of a cache at one version.
 *
 * <p><b>Thread-safety:</b> immutable if the values are.
 *
 * @param <T> type of the values
 * @param records the live records by id
 * @param position the history and the version of the view
 */
public record CacheView<T>(Map<String, TypedRecord<T>> records, Position position) {
  /** Copies the map. */
  public CacheView {
    records = Map.copyOf(records);
  }
}
