package io.databroker.api;

import java.util.List;
import java.util.Map;

/**
 * Reads the values of indexed fields from a payload, so that backends need not parse payloads.
 *
 * <p>It is a pure function: while the fingerprint stays the same, the same payload gives the same
 * values. A backend whose index was built under another fingerprint rebuilds it (INDEX-6).
 *
 * <p><b>Thread-safety:</b> any number of threads may call it at the same time. A backend may hold a
 * lock during the call, so it must be quick and must not call a backend.
 */
public interface FieldExtractor {

  /** Extraction function that finds no value in any payload. */
  FieldExtractor NONE =
      new FieldExtractor() {
        @Override
        public String fingerprint() {
          return "none";
        }

        @Override
        public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
          return Map.of();
        }
      };

  /** Returns a name that changes whenever the function may extract differently. */
  String fingerprint();

  /**
   * Returns the values of the requested fields that have one.
   *
   * @throws RuntimeException to reject the payload; its write then fails (PUT-10)
   */
  Map<String, String> extract(String type, Bytes payload, List<String> fields);
}
