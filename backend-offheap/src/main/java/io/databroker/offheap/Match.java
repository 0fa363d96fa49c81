package io.databroker.offheap;

import io.databroker.api.FieldValue;
import io.databroker.api.StoredRecord;
import io.databroker.api.support.Extraction;
import java.util.List;
import java.util.Map;

/**
 * Checks that a record found by the hash of a value really has the value.
 *
 * @param extractor finds the values
 * @param fields the indexed ones
 * @param terms the requested values
 */
record Match(Extraction extractor, List<String> fields, List<FieldValue> terms) {

  /** Returns whether a term is the record's first match, so that each record is returned once. */
  boolean first(StoredRecord record, int term) {
    Map<String, String> values;
    try {
      values = extractor.values(record.type(), record.payload(), fields);
    } catch (RuntimeException refused) {
      return false; // the record was stored before this function indexed the field
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
