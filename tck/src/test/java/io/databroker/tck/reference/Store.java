package io.databroker.tck.reference;

import io.databroker.api.Checkpoint;
import io.databroker.api.CodePointOrder;
import io.databroker.api.Lease;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** Store of one place. Its monitor guards all fields. */
class Store {
  private static final SecureRandom RANDOM = new SecureRandom();

  long serverVersion = newServerVersion();
  long latest;

  /** The last version before this history; 0 unless there was a clear. */
  long begun;

  /** The version of the last change that is no longer held; {@code begun} if all are. */
  long trimmed;

  /** The live records of each type that has some, each type's oldest written first. */
  final NavigableMap<String, LinkedHashMap<String, StoredRecord>> live =
      new TreeMap<>(CodePointOrder.INSTANCE);

  /** The batches that are held, each under the version of its last change. */
  final NavigableMap<Long, List<StoredRecord>> log = new TreeMap<>(Long::compareUnsigned);

  final NavigableMap<String, TypeOptions> options = new TreeMap<>(CodePointOrder.INSTANCE);
  final Map<String, Lease> leases = new HashMap<>();
  long lastToken;
  Checkpoint checkpoint = Checkpoint.NONE;
  final Set<ReferenceFeed> feeds = new LinkedHashSet<>();

  static long newServerVersion() {
    while (true) {
      long drawn = RANDOM.nextLong();
      if (drawn != 0) {
        return drawn;
      }
    }
  }

  List<StoredRecord> all() {
    List<StoredRecord> records = new ArrayList<>();
    live.values().forEach(ofType -> records.addAll(ofType.values()));
    return records;
  }
}
