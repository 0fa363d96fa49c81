package io.databroker.offheap;

import io.databroker.api.FieldValue;
import io.databroker.api.StoredRecord;
import io.databroker.api.support.Extraction;
import java.util.List;
import java.util.Map;

/**
 * Whether what an index has found is what was looked for: hashes may be equal where values are not.
 *
 * @param extractor finds the values
 * @param fields the indexed ones
 * @param terms what was looked for
 */
record Match(Extraction extractor, List<String> fields, List<FieldValue> terms) {

  /** Whether that term is the first that holds of the record, so that each is told once. */
  boolean first(StoredRecord record, int term) {
    Map<String, String> values;
    try {
      values = extractor.values(record.type(), record.payload(), fields);
    } catch (RuntimeException refused) {
      return false; // stored before the field was indexed by this function
    }
    for (int i = 0; i <= term; i++) {
      FieldValue asked = terms.get(i);
      if (asked.value().equals(values.get(asked.field()))) {
        return i == term;
      }
    }
    return false;
  }
}
