package io.databroker.api.support;

import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls the host's extraction function, which runs in the middle of writes: an extraction function
 * that calls its backend is rejected.
 *
 * <p><b>Thread-safety:</b> any thread may call any method at any time.
 */
public final class Extraction {
  private final FieldExtractor function;

  /**
   * True at index 0 while the thread runs the function. It is an array, because a look-up runs the
   * function for each record, and setting and removing a thread-local each time would cost more
   * than the function.
   */
  private final ThreadLocal<boolean[]> running = ThreadLocal.withInitial(() -> new boolean[1]);

  /** Wraps that function. */
  public Extraction(FieldExtractor function) {
    this.function = function;
  }

  /** Returns the fingerprint of the function. */
  public String fingerprint() {
    return function.fingerprint();
  }

  /**
   * Checks that the call does not come from inside the extraction function. Every method of a
   * backend that writes, closes or opens something starts with this check.
   *
   * @throws InvalidArgumentException if this thread is inside the extraction function
   */
  public void checkOutside() {
    if (running.get()[0]) {
      throw new InvalidArgumentException(
          "extractor",
          function.getClass().getName(),
          "an extraction function must not call a backend; let it read only the payload");
    }
  }

  /**
   * Returns the values of the fields that have one. The function may return more fields, or reuse
   * its map: the result is a copy with only the requested fields.
   *
   * @throws RuntimeException if the function rejects the payload or returns null
   */
  public Map<String, String> values(String type, Bytes payload, List<String> fields) {
    if (fields.isEmpty()) {
      return Map.of();
    }
    Map<String, String> found = call(type, payload, fields);
    Map<String, String> asked = new HashMap<>();
    for (String field : fields) {
      String value = found.get(field);
      if (value != null) {
        asked.put(field, value);
      }
    }
    return asked;
  }

  /**
   * Returns the field values of a payload that is to be stored (PUT-10).
   *
   * @param index the place of the write in its batch
   * @throws InvalidArgumentException if the function rejects the payload; it names the write
   */
  public Map<String, String> values(int index, String type, Bytes payload, List<String> fields) {
    try {
      return values(type, payload, fields);
    } catch (RuntimeException | StackOverflowError rejection) {
      throw new InvalidArgumentException(
          "batch[" + index + "].payload",
          payload.toString(),
          "its indexed fields cannot be read: " + reason(rejection));
    }
  }

  /**
   * Returns the field values of a stored record whose type gets these indexed fields.
   *
   * @throws InvalidArgumentException if the function rejects the payload; it names the record
   */
  public Map<String, String> stored(String type, String id, Bytes payload, List<String> fields) {
    try {
      return values(type, payload, fields);
    } catch (RuntimeException | StackOverflowError rejection) {
      throw new InvalidArgumentException(
          "options.indexedFields",
          fields.toString(),
          "the extraction function rejects the stored payload of id "
              + id
              + ": "
              + reason(rejection));
    }
  }

  private static @Nullable String reason(Throwable rejection) {
    return rejection instanceof StackOverflowError
        ? "the payload is nested too deeply"
        : rejection.getMessage();
  }

  /**
   * Returns whether a record has one of the selected values (INDEX-1, INDEX-3).
   *
   * @param fields the indexed fields of the record's type
   */
  public boolean matches(StoredRecord record, List<String> fields, Selection.Where where) {
    if (fields.isEmpty()) {
      return false;
    }
    Map<String, String> found = call(record.type(), record.payload(), fields);
    for (String field : fields) {
      String value = found.get(field);
      if (value != null && where.anyOf().contains(new FieldValue(field, value))) {
        return true;
      }
    }
    return false;
  }

  private Map<String, String> call(String type, Bytes payload, List<String> fields) {
    boolean[] inside = running.get();
    inside[0] = true;
    @Nullable Map<String, String> found;
    try {
      found = function.extract(type, payload, fields);
    } finally {
      inside[0] = false;
    }
    if (found == null) {
      throw new IllegalStateException("the extraction function returned null");
    }
    return found;
  }
}
