package io.databroker.api;

/**
 * Equality of an indexed field with a value.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param field the path of the field
 * @param value the value, exactly
 */
public record FieldValue(String field, String value) {
  /** Checks that nothing is null. */
  public FieldValue {
    Require.nonNull("field", field);
    Require.nonNull("value", value);
  }
}
