package io.databroker.offheap;

import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.CodePointOrder;
import io.databroker.api.Lease;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Model of the contract in plain maps: the expected state of a store after a script. */
final class Model {
  final Map<String, Map<String, StoredRecord>> live = new TreeMap<>(CodePointOrder.INSTANCE);
  final Map<String, TypeOptions> options = new TreeMap<>(CodePointOrder.INSTANCE);
  final Map<String, Lease> leases = new HashMap<>();

  /** The batches that the feed holds. */
  final List<List<StoredRecord>> history = new ArrayList<>();

  Checkpoint checkpoint = Checkpoint.NONE;
  long latest;
  long lastToken;

  long first() {
    return history.isEmpty() ? latest + 1 : history.get(0).get(0).version();
  }

  List<String> types() {
    return live.entrySet().stream()
        .filter(entry -> !entry.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  private Map<String, StoredRecord> records(String type) {
    return live.computeIfAbsent(type, any -> new TreeMap<>());
  }

  void put(List<Write> writes, Instant now) {
    List<StoredRecord> batch = new ArrayList<>();
    Set<String> types = new LinkedHashSet<>();
    for (Write write : writes) {
      if (write instanceof Write.Put put) {
        StoredRecord stored =
            new StoredRecord(put.type(), put.id(), ++latest, put.payload(), now, false);
        records(put.type()).put(put.id(), stored);
        batch.add(stored);
        types.add(put.type());
      } else {
        delete(write.type(), write.id(), now, batch);
      }
    }
    List<StoredRecord> victims = new ArrayList<>();
    for (String type : types) {
      Long capacity = options.getOrDefault(type, TypeOptions.NONE).capacity();
      if (capacity != null) {
        victims.addAll(oldest(type, records(type).size() - capacity));
      }
    }
    victims.sort(Comparator.comparingLong(StoredRecord::version));
    victims.forEach(victim -> delete(victim.type(), victim.id(), now, batch));
    tell(batch);
  }

  private void tell(List<StoredRecord> batch) {
    if (!batch.isEmpty()) {
      history.add(batch);
    }
  }

  private List<StoredRecord> oldest(String type, long count) {
    return records(type).values().stream()
        .sorted(Comparator.comparingLong(StoredRecord::version))
        .limit(Math.max(0, count))
        .toList();
  }

  private void delete(String type, String id, Instant now, List<StoredRecord> batch) {
    StoredRecord last = records(type).remove(id);
    if (last != null) {
      Bytes payload = last.payload();
      batch.add(new StoredRecord(type, id, ++latest, payload, now, true));
    }
  }

  /** The evictions that precede new options. */
  void evict(String type, TypeOptions next, Instant now) {
    Long capacity = next.capacity();
    if (capacity != null) {
      List<StoredRecord> batch = new ArrayList<>();
      oldest(type, records(type).size() - capacity)
          .forEach(victim -> delete(type, victim.id(), now, batch));
      tell(batch);
    }
  }

  void setOptions(String type, TypeOptions next) {
    if (next.isEmpty()) {
      options.remove(type);
    } else {
      options.put(type, next);
    }
  }

  void expire(Instant now) {
    options.forEach(
        (type, set) -> {
          Duration ttl = set.ttl();
          if (ttl != null) {
            List<StoredRecord> batch = new ArrayList<>();
            records(type).values().stream()
                .filter(record -> record.modifiedAt().isBefore(now.minus(ttl)))
                .sorted(Comparator.comparingLong(StoredRecord::version))
                .toList()
                .forEach(record -> delete(type, record.id(), now, batch));
            tell(batch);
          }
        });
  }

  long trim(Instant before) {
    long dropped = 0;
    while (!history.isEmpty() && history.get(0).get(0).modifiedAt().isBefore(before)) {
      dropped += history.remove(0).size();
    }
    return dropped;
  }

  void clear() {
    live.clear();
    options.clear();
    history.clear();
    checkpoint = Checkpoint.NONE;
  }

  @Nullable Lease held(String name, Instant now) {
    Lease lease = leases.get(name);
    return lease != null && now.isBefore(lease.expiresAt()) ? lease : null;
  }
}
