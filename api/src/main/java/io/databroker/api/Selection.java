package io.databroker.api;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Selects the records of a snapshot. */
public sealed interface Selection {

  /** Selects all records. */
  static Selection all() {
    return new All();
  }

  /** Selects the records of one type. */
  static Selection ofType(String type) {
    return new OfType(type);
  }

  /** Selects the records of one type in which at least one indexed field has its given value. */
  static Selection where(String type, FieldValue... anyOf) {
    boolean one = anyOf.length == 1 && anyOf[0] != null;
    return new Where(type, one ? Set.of(anyOf[0]) : new HashSet<>(Arrays.asList(anyOf)));
  }

  /** Selects all records. */
  record All() implements Selection {}

  /**
   * Selects the records of one type.
   *
   * @param type the type
   */
  record OfType(String type) implements Selection {
    /** Rejects null. */
    public OfType {
      Require.nonNull("type", type);
    }
  }

  /**
   * Selects the records of one type in which at least one indexed field has its given value. A
   * field that is not indexed at the version of the snapshot matches nothing (INDEX-3). The cost
   * depends on the size of the result, not of the type (INDEX-5).
   *
   * @param type the type
   * @param anyOf the fields with their values; an empty set selects no record
   */
  record Where(String type, Set<FieldValue> anyOf) implements Selection {
    /** Rejects null and copies the set. */
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
