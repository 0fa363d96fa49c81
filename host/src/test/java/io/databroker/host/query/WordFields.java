package io.databroker.host.query;

import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds values in payloads such as {@code name=Ann city=Ulm}. */
final class WordFields implements FieldExtractor {
  @Override
  public String fingerprint() {
    return "words";
  }

  @Override
  public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
    Map<String, String> values = new HashMap<>();
    for (String word : payload.toUtf8().split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0 && fields.contains(word.substring(0, equals))) {
        values.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return values;
  }
}
