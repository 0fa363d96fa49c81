package io.databroker.tck.history;

import io.databroker.api.StoredRecord;
import java.util.List;

/** 64-bit hashes whose sums identify sets. */
final class Hash {
  private Hash() {}

  static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  static long of(String text) {
    // A string caches its hash code, so its characters are read only once.
    return mix(((long) text.length() << 32) ^ text.hashCode());
  }

  static long of(StoredRecord record) {
    return mix(
        of(record.type())
            + 3 * of(record.id())
            + 7 * mix(record.version())
            + record.payload().hashCode());
  }

  static long ofTypes(List<String> types) {
    return types.stream().mapToLong(Hash::of).sum();
  }

  static long ofRecords(List<StoredRecord> records) {
    return records.stream().mapToLong(Hash::of).sum();
  }
}
