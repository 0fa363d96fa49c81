package io.databroker.host.query;

import io.databroker.api.InvalidArgumentException;
import io.databroker.api.StoredRecord;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Query: the records to find, and the page of them to return.
 *
 * <p><b>Thread-safety:</b> immutable if the predicate is.
 *
 * @param type the type to search; the empty text for all types
 * @param filter the filter that the records match
 * @param condition a further condition, tested only on records that the filter matches
 * @param offset the number of leading matches to skip
 * @param limit the largest number of records to return
 * @param answerBytes the largest size of the result: keys and payloads, and {@link #RECORD_BYTES}
 *     for each record
 */
public record RecordQuery(
    String type,
    Filter filter,
    Predicate<StoredRecord> condition,
    long offset,
    long limit,
    long answerBytes) {

  /** Size counted for a record in addition to its type, id and payload. */
  public static final int RECORD_BYTES = 128;

  /** Rejects null and negative numbers. */
  public RecordQuery {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(filter, "filter");
    Objects.requireNonNull(condition, "condition");
    notNegative("offset", offset);
    notNegative("limit", limit);
    notNegative("answerBytes", answerBytes);
  }

  /** Returns a query for all records of one type that a filter matches. */
  public static RecordQuery of(String type, Filter filter) {
    return new RecordQuery(type, filter, record -> true, 0, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** Returns a query for all records of all types that a filter matches. */
  public static RecordQuery ofAllTypes(Filter filter) {
    return of("", filter);
  }

  /** Returns a copy with the given further condition. */
  public RecordQuery where(Predicate<StoredRecord> other) {
    return new RecordQuery(type, filter, other, offset, limit, answerBytes);
  }

  /** Returns a copy that skips {@code from} matches and returns at most {@code most}. */
  public RecordQuery page(long from, long most) {
    return new RecordQuery(type, filter, condition, from, most, answerBytes);
  }

  /** Returns a copy with the given limit on the size of the result. */
  public RecordQuery within(long bytes) {
    return new RecordQuery(type, filter, condition, offset, limit, bytes);
  }

  private static void notNegative(String argument, long value) {
    if (value < 0) {
      throw new InvalidArgumentException(argument, Long.toString(value), "give 0 or more");
    }
  }
}
