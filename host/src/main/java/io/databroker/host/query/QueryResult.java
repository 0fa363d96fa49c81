package io.databroker.host.query;

import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import java.util.List;

/**
 * The answer to a query: all of it as of one version.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param records the records asked for, ordered by type, then id, by code point
 * @param total how many records there are before offset and limit
 * @param position the history and the version at which all that holds
 */
public record QueryResult(List<StoredRecord> records, long total, Position position) {
  /** Takes an unmodifiable copy of the list. */
  public QueryResult {
    records = List.copyOf(records);
  }
}
