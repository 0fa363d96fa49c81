package io.databroker.host.query;

import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import java.util.List;

/**
 * Result of a query, at one version.
 *
 * @param records the records of the page, sorted by type, then id, by code point
 * @param total the number of matches before offset and limit
 * @param position the history and the version of the result
 */
public record QueryResult(List<StoredRecord> records, long total, Position position) {
  /** Copies the list. */
  public QueryResult {
    records = List.copyOf(records);
  }
}
