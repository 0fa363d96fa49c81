package io.databroker.api;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Which records a snapshot holds.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public sealed interface Selection {

  /** All records of all types. */
  static Selection all() {
    return new All();
  }

  /** All records of one type. */
  static Selection ofType(String type) {
    return new OfType(type);
  }

  /** The records of one type of which at least one indexed field equals a value. */
  static Selection where(String type, FieldValue... anyOf) {
    return new Where(type, new HashSet<>(Arrays.asList(anyOf)));
  }

  /**
   * All records of all types.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  record All() implements Selection {}

  /**
   * All records of one type.
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param type that type
   */
  record OfType(String type) implements Selection {
    /** Checks that nothing is null. */
    public OfType {
      Require.nonNull("type", type);
    }
  }

  /**
   * The records of one type of which at least one indexed field equals a value. A field that is not
   * among the type's indexed fields at the snapshot equals nothing (INDEX-3). The cost is that of
   * the result, not of the type (INDEX-5).
   *
   * <p><b>Thread-safety:</b> immutable.
   *
   * @param type that type
   * @param anyOf the values; none selects no record
   */
  record Where(String type, Set<FieldValue> anyOf) implements Selection {
    /** Takes an unmodifiable copy of the values. */
    public Where {
      Require.nonNull("type", type);
      Require.nonNull("anyOf", anyOf);
      for (FieldValue term : anyOf) {
        Require.nonNull("anyOf", term);
      }
      anyOf = Set.copyOf(anyOf);
    }
  }
}
