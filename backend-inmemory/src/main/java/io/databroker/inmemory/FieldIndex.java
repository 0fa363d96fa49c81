package io.databroker.inmemory;

import io.databroker.api.FieldValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The ids of a type by the values of its indexed fields. Only the writer changes it, anyone reads
 * it. While a batch is being published, it may return too many ids, never too few, so readers check
 * the records that they find.
 */
final class FieldIndex {
  private final List<String> fields;
  private final Map<FieldValue, Set<String>> ids = new ConcurrentHashMap<>();

  /** The settled values of each id; used by the writer alone. */
  private final Map<String, Map<String, String>> values = new HashMap<>();

  /** Counts the heap of this index. */
  private final Usage usage;

  private long bytes;

  FieldIndex(List<String> fields, Usage usage) {
    this.fields = fields;
    this.usage = usage;
  }

  /** Stops counting the heap of this index. */
  void free() {
    count(-bytes);
  }

  List<String> fields() {
    return fields;
  }

  Set<String> ids(FieldValue term) {
    return ids.getOrDefault(term, Set.of());
  }

  /** Adds values by which the id is found. */
  void add(String id, Map<String, String> added) {
    for (String field : fields) {
      String value = added.get(field);
      if (value != null) {
        ids.computeIfAbsent(new FieldValue(field, value), any -> ConcurrentHashMap.newKeySet(2))
            .add(id);
      }
    }
  }

  /** Removes all values of the id except these, which were added before. */
  void keep(String id, Map<String, String> kept) {
    Map<String, String> old = kept.isEmpty() ? values.remove(id) : values.put(id, kept);
    count(bytesOf(kept) - (old == null ? 0 : bytesOf(old)));
    if (old != null) {
      remove(id, old, kept);
    }
  }

  private void count(long more) {
    bytes += more;
    usage.add(more, 0);
  }

  private static long bytesOf(Map<String, String> values) {
    long sum = 0;
    for (String value : values.values()) {
      sum += Usage.value(value);
    }
    return sum;
  }

  /** Undoes an {@link #add}. */
  void revert(String id, Map<String, String> added) {
    remove(id, added, values.getOrDefault(id, Map.of()));
  }

  private void remove(String id, Map<String, String> gone, Map<String, String> kept) {
    for (String field : fields) {
      String value = gone.get(field);
      if (value != null && !value.equals(kept.get(field))) {
        FieldValue term = new FieldValue(field, value);
        Set<String> found = ids.get(term);
        if (found != null) {
          found.remove(id);
          if (!found.iterator().hasNext()) {
            ids.remove(term);
          }
        }
      }
    }
  }
}
