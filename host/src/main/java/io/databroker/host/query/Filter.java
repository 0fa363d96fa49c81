package io.databroker.host.query;

import io.databroker.api.FieldValue;
import java.util.List;
import java.util.Objects;

/**
 * Selects records of a type, at one version. A query of all types applies the filter to each type
 * separately.
 *
 * <p>The extraction function reads the value of a field from the payload. A field that is not
 * indexed for the type at that version has no value, so {@link Equal} and {@link FirstOf} match
 * nothing by it.
 */
public sealed interface Filter {

  /** Matches every record. */
  static Filter all() {
    return new And(List.of());
  }

  /** Matches no record. */
  static Filter none() {
    return new Or(List.of());
  }

  /** Matches the record with the given id. */
  static Filter id(String id) {
    return new Id(id);
  }

  /** Matches records whose indexed field has exactly that value. */
  static Filter equal(String field, String value) {
    return new Equal(new FieldValue(field, value));
  }

  /** Matches records whose indexed field has the first of the values that occurs in any record. */
  static Filter firstOf(String field, List<String> values) {
    return new FirstOf(field, values);
  }

  /** Matches records that all filters match; with no filters, every record. */
  static Filter and(Filter... filters) {
    return new And(List.of(filters));
  }

  /** Matches records that at least one filter matches; with no filters, none. */
  static Filter or(Filter... filters) {
    return new Or(List.of(filters));
  }

  /**
   * Matches the record with an id.
   *
   * @param id the id
   */
  record Id(String id) implements Filter {
    /** Rejects null. */
    public Id {
      Objects.requireNonNull(id, "id");
    }
  }

  /**
   * Matches records whose indexed field has a given value.
   *
   * @param term the field and the value
   */
  record Equal(FieldValue term) implements Filter {
    /** Rejects null. */
    public Equal {
      Objects.requireNonNull(term, "term");
    }
  }

  /**
   * Matches records whose indexed field has the first of some values that occurs in any record of
   * the type. Other parts of the filter do not affect the choice of that value. An address is
   * looked up this way: the values are the ranges that contain it, longest prefix first.
   *
   * @param field the path of the field
   * @param values the values in order of preference
   */
  record FirstOf(String field, List<String> values) implements Filter {
    /** Rejects null and copies the list. */
    public FirstOf {
      Objects.requireNonNull(field, "field");
      values = List.copyOf(Objects.requireNonNull(values, "values"));
    }
  }

  /**
   * Matches records that all filters match.
   *
   * @param filters the filters; an empty list matches every record
   */
  record And(List<Filter> filters) implements Filter {
    /** Rejects null and copies the list. */
    public And {
      filters = List.copyOf(Objects.requireNonNull(filters, "filters"));
    }
  }

  /**
   * Matches records that at least one filter matches.
   *
   * @param filters the filters; an empty list matches no record
   */
  record Or(List<Filter> filters) implements Filter {
    /** Rejects null and copies the list. */
    public Or {
      filters = List.copyOf(Objects.requireNonNull(filters, "filters"));
    }
  }
}
