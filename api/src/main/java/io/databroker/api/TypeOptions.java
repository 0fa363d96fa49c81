package io.databroker.api;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Options of a type. They are read back exactly as set (OPT-1).
 *
 * @param capacity largest number of live records, unsigned; null for no limit, 0 to keep none
 * @param ttl time from the last write of a record to its expiry; null for no expiry
 * @param indexedFields paths of the fields that records can be looked up by
 */
public record TypeOptions(
    @Nullable Long capacity, @Nullable Duration ttl, List<String> indexedFields) {

  /** No options. */
  public static final TypeOptions NONE = new TypeOptions(null, null, List.of());

  /** Rejects null and a TTL that is not positive; copies the list. */
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

  /** Returns whether no option is set. Setting empty options removes the type's options. */
  public boolean isEmpty() {
    return capacity == null && ttl == null && indexedFields.isEmpty();
  }

  /** Returns a copy with the given capacity, unsigned. */
  public TypeOptions withCapacity(long records) {
    return new TypeOptions(records, ttl, indexedFields);
  }

  /** Returns a copy with the given TTL. */
  public TypeOptions withTtl(Duration afterWrite) {
    return new TypeOptions(capacity, afterWrite, indexedFields);
  }

  /** Returns a copy with these indexed fields. */
  public TypeOptions withIndexedFields(String... fields) {
    return new TypeOptions(capacity, ttl, Arrays.asList(fields));
  }
}
