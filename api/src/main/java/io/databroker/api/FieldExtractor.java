package io.databroker.api;

import java.util.List;
import java.util.Map;

/**
 * Finds the values of indexed fields in a payload, so that no backend has to parse one.
 *
 * <p>A pure function: the same payload gives the same values for as long as its fingerprint is the
 * same. A backend that kept an index under another fingerprint builds it anew (INDEX-6).
 *
 * <p><b>Thread-safety:</b> may be called by any number of threads at once, also under a backend's
 * lock: it must be quick, and must not call a backend.
 */
public interface FieldExtractor {

  /** Finds nothing in any payload. */
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

  /** Names this function: whenever it would extract differently, it has another fingerprint. */
  String fingerprint();

  /**
   * The values of those of the fields that have one.
   *
   * @throws RuntimeException to refuse the payload; the write of it then fails (PUT-10)
   */
  Map<String, String> extract(String type, Bytes payload, List<String> fields);
}
