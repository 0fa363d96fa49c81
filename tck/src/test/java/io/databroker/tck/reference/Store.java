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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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

  /** The hand-overs of signals that wait for the end of {@link #locked}. */
  private List<Runnable> handOvers = new ArrayList<>();

  /** Number of calls of {@link #locked} that run within each other. */
  private int depth;

  /** Runs a call under the lock, and hands its signals over when the lock is released. */
  public <T extends @Nullable Object> T locked(Supplier<T> call) {
    List<Runnable> due = List.of();
    try {
      synchronized (this) {
        depth++;
        try {
          return call.get();
        } finally {
          depth--;
          if (depth == 0) {
            due = handOvers;
            handOvers = new ArrayList<>();
          }
        }
      }
    } finally {
      due.forEach(Runnable::run);
    }
  }

  /** Runs a call without an answer, in the same way. */
  public void locked(Runnable call) {
    locked(
        () -> {
          call.run();
          return true;
        });
  }

  /** Hands a signal over: at the end of the running {@link #locked}, if there is one. */
  public void handOver(Runnable handOver) {
    synchronized (this) {
      if (depth > 0) {
        handOvers.add(handOver);
        return;
      }
    }
    handOver.run();
  }

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
