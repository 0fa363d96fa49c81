package io.databroker.api;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the records of a type are kept. Read back exactly as set (OPT-1).
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param capacity how many records are kept at most, unsigned; null for no limit, 0 for none
 * @param ttl how long a record is kept after its last write; null for ever
 * @param indexedFields the paths of the fields by which records can be looked up
 */
public record TypeOptions(
    @Nullable Long capacity, @Nullable Duration ttl, List<String> indexedFields) {

  /** No options. */
  public static final TypeOptions NONE = new TypeOptions(null, null, List.of());

  /** Checks that the TTL is positive and takes an unmodifiable copy of the fields. */
  public TypeOptions {
    if (ttl != null) {
      Require.positive("ttl", ttl);
    }
    Require.nonNull("indexedFields", indexedFields);
    for (String field : indexedFields) {
      Require.nonNull("indexedFields", field);
    }
    indexedFields = List.copyOf(indexedFields);
  }

  /** Whether nothing is set; setting such options removes them. */
  public boolean isEmpty() {
    return capacity == null && ttl == null && indexedFields.isEmpty();
  }

  /** The same with that capacity, unsigned. */
  public TypeOptions withCapacity(long records) {
    return new TypeOptions(records, ttl, indexedFields);
  }

  /** The same with that TTL. */
  public TypeOptions withTtl(Duration afterWrite) {
    return new TypeOptions(capacity, afterWrite, indexedFields);
  }

  /** The same with these indexed fields. */
  public TypeOptions withIndexedFields(String... fields) {
    return new TypeOptions(capacity, ttl, Arrays.asList(fields));
  }
}
