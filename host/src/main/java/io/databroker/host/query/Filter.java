package io.databroker.host.query;

import io.databroker.api.FieldValue;
import java.util.List;
import java.util.Objects;

/**
 * Which records of a type a query is about. It is judged of each type by itself, at one version.
 *
 * <p>A field's value is what the extraction function finds in the payload. A field that is not
 * among the type's indexed fields at that version has no value, so that {@link Equal} and {@link
 * FirstOf} of it match nothing.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public sealed interface Filter {

  /** Every record. */
  static Filter all() {
    return new And(List.of());
  }

  /** No record. */
  static Filter none() {
    return new Or(List.of());
  }

  /** The record of that id; one that could not have been stored is no record's. */
  static Filter id(String id) {
    return new Id(id);
  }

  /** The records of which that indexed field has exactly that value. */
  static Filter equal(String field, String value) {
    return new Equal(new FieldValue(field, value));
  }

  /** The records of which that indexed field has the first of the values that any record has. */
  static Filter firstOf(String field, List<String> values) {
    return new FirstOf(field, values);
  }

  /** The records that all of the filters match; every record if there are none. */
  static Filter and(Filter... filters) {
    return new And(List.of(filters));
  }

  /** The records that any of the filters matches; no record if there are none. */
  static Filter or(Filter... filters) {
    return new Or(List.of(filters));
  }

  /**
   * The record of an id.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param id that id
   */
  record Id(String id) implements Filter {
    /** Checks that nothing is null. */
    public Id {
      Objects.requireNonNull(id, "id");
    }
  }

  /**
   * The records of which an indexed field has a value.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param term the field and the value
   */
  record Equal(FieldValue term) implements Filter {
    /** Checks that nothing is null. */
    public Equal {
      Objects.requireNonNull(term, "term");
    }
  }

  /**
   * The records of which an indexed field has the first of some values that any record of the type
   * has; whatever stands beside this in the filter changes nothing about which value that is. So an
   * address is looked up: by the ranges that may hold it, the longest prefix first.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param field the path of the field
   * @param values the values, the most wanted first
   */
  record FirstOf(String field, List<String> values) implements Filter {
    /** Takes an unmodifiable copy of the list. */
    public FirstOf {
      Objects.requireNonNull(field, "field");
      values = List.copyOf(Objects.requireNonNull(values, "values"));
    }
  }

  /**
   * The records that all filters match.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param filters the filters; none matches every record
   */
  record And(List<Filter> filters) implements Filter {
    /** Takes an unmodifiable copy of the list. */
    public And {
      filters = List.copyOf(Objects.requireNonNull(filters, "filters"));
    }
  }

  /**
   * The records that at least one filter matches.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param filters the filters; none matches no record
   */
  record Or(List<Filter> filters) implements Filter {
    /** Takes an unmodifiable copy of the list. */
    public Or {
      filters = List.copyOf(Objects.requireNonNull(filters, "filters"));
    }
  }
}
