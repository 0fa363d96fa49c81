package io.databroker.benchmarks;

import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Payloads that start with a text, which is the value of every field. */
final class Labelled implements FieldExtractor {

  static byte[] payload(String label) {
    byte[] payload = Workload.payload(label.hashCode());
    byte[] text = label.getBytes(StandardCharsets.ISO_8859_1);
    payload[0] = (byte) text.length;
    System.arraycopy(text, 0, payload, 1, text.length);
    return payload;
  }

  @Override
  public String fingerprint() {
    return "labelled";
  }

  @Override
  public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
    byte[] text = new byte[payload.at(0)];
    for (int i = 0; i < text.length; i++) {
      text[i] = payload.at(i + 1);
    }
    return fields.isEmpty()
        ? Map.of()
        : Map.of(fields.get(0), new String(text, StandardCharsets.ISO_8859_1));
  }
}
