package io.databroker.host.cache;

import io.databroker.host.TypedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Change of one record in a cache. At least one of the two records is present.
 *
 * <p><b>Thread-safety:</b> immutable if the values are.
 *
 * @param <T> type of the values
 * @param before the live record before the change, or null if there was none
 * @param after the live record after the change, or null if it was deleted
 */
public record CacheChange<T>(@Nullable TypedRecord<T> before, @Nullable TypedRecord<T> after) {

  /** Returns the id of the record. */
  public String id() {
    TypedRecord<T> present = after != null ? after : before;
    if (present == null) {
      throw new IllegalStateException("a change without a record");
    }
    return present.id();
  }
}
