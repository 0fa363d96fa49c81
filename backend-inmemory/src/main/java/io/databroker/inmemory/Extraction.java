package io.databroker.inmemory;

import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The host's extraction function. It may answer more than it was asked for, or use its map again:
 * only what was asked for is taken, as a copy.
 */
record Extraction(FieldExtractor function) {

  /**
   * The values of those of the fields that have one.
   *
   * @throws RuntimeException if the function refuses the payload, or answers null
   */
  Map<String, String> values(String type, Bytes payload, List<String> fields) {
    if (fields.isEmpty()) {
      return Map.of();
    }
    @Nullable Map<String, String> found = function.extract(type, payload, fields);
    if (found == null) {
      throw new IllegalStateException("the extraction function answered null");
    }
    Map<String, String> asked = new HashMap<>();
    for (String field : fields) {
      String value = found.get(field);
      if (value != null) {
        asked.put(field, value);
      }
    }
    return asked;
  }
}
