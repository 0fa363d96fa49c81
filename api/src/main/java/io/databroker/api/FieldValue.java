package io.databroker.api;

/**
 * A field and a value: matches records whose indexed field has exactly that value.
 *
 * @param field the path of the field
 * @param value the value, exactly
 */
public record FieldValue(String field, String value) {
  /** Rejects null. */
  public FieldValue {
    Require.nonNull("field", field);
    Require.nonNull("value", value);
  }
}
