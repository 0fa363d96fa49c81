package io.databroker.host.query;

import io.databroker.api.InvalidArgumentException;
import io.databroker.api.StoredRecord;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What to look for, and which part of what is found to answer.
 *
 * <p><b>Thread-safety:</b> immutable, if the predicate is.
 *
 * @param type the only type to look at; the empty text for all
 * @param filter what the records have to match
 * @param condition what must hold of them besides; asked only of records that the filter matches
 * @param offset how many of the first are left out
 * @param limit how many are answered at most
 * @param answerBytes how large the answer may be: keys and payloads, and {@link #RECORD_BYTES} for
 *     each record
 */
public record RecordQuery(
    String type,
    Filter filter,
    Predicate<StoredRecord> condition,
    long offset,
    long limit,
    long answerBytes) {

  /** What a record counts beside its type, id and payload. */
  public static final int RECORD_BYTES = 128;

  /** Checks that nothing is null and no number is negative. */
  public RecordQuery {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(filter, "filter");
    Objects.requireNonNull(condition, "condition");
    notNegative("offset", offset);
    notNegative("limit", limit);
    notNegative("answerBytes", answerBytes);
  }

  /** All records of one type that a filter matches. */
  public static RecordQuery of(String type, Filter filter) {
    return new RecordQuery(type, filter, record -> true, 0, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** All records of all types that a filter matches. */
  public static RecordQuery ofAllTypes(Filter filter) {
    return of("", filter);
  }

  /** The same under that condition besides. */
  public RecordQuery where(Predicate<StoredRecord> other) {
    return new RecordQuery(type, filter, other, offset, limit, answerBytes);
  }

  /** The same without the first {@code from}, and no more than {@code most}. */
  public RecordQuery page(long from, long most) {
    return new RecordQuery(type, filter, condition, from, most, answerBytes);
  }

  /** The same with that limit to the size of the answer. */
  public RecordQuery within(long bytes) {
    return new RecordQuery(type, filter, condition, offset, limit, bytes);
  }

  private static void notNegative(String argument, long value) {
    if (value < 0) {
      throw new InvalidArgumentException(argument, Long.toString(value), "give 0 or more");
    }
  }
}
