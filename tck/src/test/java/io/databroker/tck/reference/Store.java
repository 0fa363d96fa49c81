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
public class Store {
  private static final SecureRandom RANDOM = new SecureRandom();

  public long serverVersion = newServerVersion();
  public long latest;

  /** The last version before this history; 0 unless there was a clear. */
  public long begun;

  /** The version of the last change that is no longer held; {@code begun} if all are. */
  public long trimmed;

  /** The live records of each type that has some, each type's oldest written first. */
  public final NavigableMap<String, LinkedHashMap<String, StoredRecord>> live =
      new TreeMap<>(CodePointOrder.INSTANCE);

  /** The batches that are held, each under the version of its last change. */
  public final NavigableMap<Long, List<StoredRecord>> log = new TreeMap<>(Long::compareUnsigned);

  public final NavigableMap<String, TypeOptions> options = new TreeMap<>(CodePointOrder.INSTANCE);
  public final Map<String, Lease> leases = new HashMap<>();
  public long lastToken;
  public Checkpoint checkpoint = Checkpoint.NONE;
  public final Set<ReferenceFeed> feeds = new LinkedHashSet<>();

  public static long newServerVersion() {
    while (true) {
      long drawn = RANDOM.nextLong();
      if (drawn != 0) {
        return drawn;
      }
    }
  }

  /** Returns the live records. */
  public List<StoredRecord> all() {
    List<StoredRecord> records = new ArrayList<>();
    live.values().forEach(ofType -> records.addAll(ofType.values()));
    return records;
  }
}
