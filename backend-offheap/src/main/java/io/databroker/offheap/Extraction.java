package io.databroker.offheap;

import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import java.util.List;
import java.util.Map;

/**
 * The host's extraction function, and which threads are inside it: it runs in the middle of writes,
 * and where nothing can be freed, so that from there nothing may be written or closed.
 */
final class Extraction implements FieldExtractor {
  private final FieldExtractor function;
  private final ThreadLocal<Boolean> inside = new ThreadLocal<>();

  Extraction(FieldExtractor function) {
    this.function = function;
  }

  boolean isInside() {
    return inside.get() != null;
  }

  @Override
  public String fingerprint() {
    return function.fingerprint();
  }

  @Override
  public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
    inside.set(true);
    try {
      return function.extract(type, payload, fields);
    } finally {
      inside.remove();
    }
  }
}
