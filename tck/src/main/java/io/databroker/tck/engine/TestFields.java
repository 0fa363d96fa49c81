package io.databroker.tck.engine;

import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads payloads such as {@code colour=red;size=9}. It rejects payloads that begin with {@code
 * refuse}, and a payload such as {@code colour=red;refuse=size} if the size is requested.
 *
 * @param fingerprint the name of the function
 * @param prefix put before each value
 */
public record TestFields(String fingerprint, String prefix) implements FieldExtractor {
  public static final TestFields FIRST = new TestFields("first", "");

  /** Returns a function that finds other values in the same payloads. */
  public static final TestFields SECOND = new TestFields("second", "new-");

  @Override
  public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
    String text = payload.toUtf8();
    if (text.startsWith("refuse")) {
      throw new IllegalArgumentException("refused");
    }
    Map<String, String> values = new HashMap<>();
    for (String pair : text.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (pair.startsWith("refuse=") && fields.contains(pair.substring(equals + 1))) {
        throw new IllegalArgumentException("refused");
      }
      if (equals > 0 && fields.contains(pair.substring(0, equals))) {
        values.put(pair.substring(0, equals), prefix + pair.substring(equals + 1));
      }
    }
    return values;
  }
}
