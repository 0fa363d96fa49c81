package io.databroker.tck.scripts;

import io.databroker.api.Checkpoint;
import io.databroker.api.CodePointOrder;
import io.databroker.api.FieldExtractor;
import io.databroker.api.Lease;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The state of a backend according to the contract. */
final class Reference {
  private final FieldExtractor extractor;
  long serverVersion;
  long latest;
  long earliest = 1;
  Checkpoint checkpoint = Checkpoint.NONE;
  long lastToken;

  /** True if this history has dropped a change. */
  boolean trimmed;

  final Set<Long> formerHistories = new LinkedHashSet<>();
  final TreeMap<String, TypeOptions> options = new TreeMap<>(CodePointOrder.INSTANCE);
  final Map<String, Lease> leases = new HashMap<>();
  final Map<String, Long> lastTokens = new LinkedHashMap<>();

  /** The token before the last one of a name. */
  final Map<String, Long> staleTokens = new HashMap<>();

  /** Live records by type, oldest written first. */
  private final Map<String, LinkedHashMap<String, StoredRecord>> live = new HashMap<>();

  /** The batches that the feed holds. */
  final List<List<StoredRecord>> log = new ArrayList<>();

  Reference(long serverVersion, FieldExtractor extractor) {
    this.serverVersion = serverVersion;
    this.extractor = extractor;
  }

  @Nullable StoredRecord get(String type, String id) {
    LinkedHashMap<String, StoredRecord> ofType = live.get(type);
    return ofType == null ? null : ofType.get(id);
  }

  long found(String type, String id) {
    StoredRecord record = get(type, id);
    return record == null ? 0 : record.version();
  }

  List<String> types() {
    Set<String> sorted = new TreeSet<>(CodePointOrder.INSTANCE);
    sorted.addAll(live.keySet());
    return List.copyOf(sorted);
  }

  /** Returns the records of a type, oldest written first. */
  List<StoredRecord> ofType(String type) {
    LinkedHashMap<String, StoredRecord> ofType = live.get(type);
    return ofType == null ? List.of() : List.copyOf(ofType.values());
  }

  Set<StoredRecord> select(Selection selection) {
    Set<StoredRecord> selected = new HashSet<>();
    if (selection instanceof Selection.OfType ofType) {
      selected.addAll(ofType(ofType.type()));
    } else if (selection instanceof Selection.Where where) {
      List<String> fields = options.getOrDefault(where.type(), TypeOptions.NONE).indexedFields();
      for (StoredRecord record : ofType(where.type())) {
        Map<String, String> values = extractor.extract(record.type(), record.payload(), fields);
        if (where.anyOf().stream()
            .anyMatch(
                term ->
                    fields.contains(term.field())
                        && term.value().equals(values.get(term.field())))) {
          selected.add(record);
        }
      }
    } else {
      live.values().forEach(ofType -> selected.addAll(ofType.values()));
    }
    return selected;
  }

  /** Returns the index of the first write whose condition does not hold, or -1. */
  int failing(List<Write> batch) {
    for (int i = 0; i < batch.size(); i++) {
      Write write = batch.get(i);
      if (!write.condition().holds(found(write.type(), write.id()))) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Applies a batch as one batch of the feed.
   *
   * @return the answers; a delete of an absent record has version 0
   */
  List<StoredRecord> put(List<Write> batch, Instant time) {
    return apply(batch, Collections.nCopies(batch.size(), time));
  }

  /** Applies a batch whose writes have these times; evictions have the last of them. */
  List<StoredRecord> apply(List<Write> batch, List<Instant> times) {
    List<StoredRecord> answers = new ArrayList<>();
    List<StoredRecord> changes = new ArrayList<>();
    Set<String> types = new LinkedHashSet<>();
    for (int i = 0; i < batch.size(); i++) {
      Write write = batch.get(i);
      Instant time = times.get(i);
      types.add(write.type());
      StoredRecord before = get(write.type(), write.id());
      if (write instanceof Write.Put put) {
        answers.add(
            apply(
                new StoredRecord(put.type(), put.id(), latest + 1, put.payload(), time, false),
                changes));
      } else if (before == null) {
        answers.add(
            new StoredRecord(
                write.type(), write.id(), 0, io.databroker.api.Bytes.EMPTY, time, true));
      } else {
        answers.add(apply(deletion(before, time), changes));
      }
    }
    Instant last = times.get(times.size() - 1);
    victims(types).forEach(victim -> apply(deletion(victim, last), changes));
    publish(changes);
    return answers;
  }

  /** Returns the records beyond the capacities of these types, oldest written first. */
  List<StoredRecord> victims(Set<String> types) {
    List<StoredRecord> victims = new ArrayList<>();
    for (String type : types) {
      Long capacity = options.getOrDefault(type, TypeOptions.NONE).capacity();
      if (capacity == null) {
        continue;
      }
      List<StoredRecord> records = ofType(type);
      if (Long.compareUnsigned(records.size(), capacity) > 0) {
        victims.addAll(records.subList(0, records.size() - capacity.intValue()));
      }
    }
    victims.sort(Comparator.comparingLong(StoredRecord::version));
    return victims;
  }

  private StoredRecord deletion(StoredRecord record, Instant time) {
    return new StoredRecord(record.type(), record.id(), latest + 1, record.payload(), time, true);
  }

  private StoredRecord apply(StoredRecord change, List<StoredRecord> changes) {
    latest = change.version();
    LinkedHashMap<String, StoredRecord> ofType =
        live.computeIfAbsent(change.type(), none -> new LinkedHashMap<>());
    ofType.remove(change.id());
    if (!change.deleted()) {
      ofType.put(change.id(), change);
    } else if (ofType.isEmpty()) {
      live.remove(change.type());
    }
    changes.add(change);
    return change;
  }

  private void publish(List<StoredRecord> changes) {
    if (!changes.isEmpty()) {
      log.add(List.copyOf(changes));
    }
  }

  /** Adopts batches of deletes whose order the contract leaves open. */
  void adopt(List<List<StoredRecord>> batches) {
    for (List<StoredRecord> batch : batches) {
      List<StoredRecord> changes = new ArrayList<>();
      batch.forEach(change -> apply(change, changes));
      publish(changes);
    }
  }

  /** Returns the records that an expire deletes at that time, per type, oldest written first. */
  Map<String, List<StoredRecord>> expired(Instant now) {
    Map<String, List<StoredRecord>> expired = new LinkedHashMap<>();
    options.forEach(
        (type, set) -> {
          if (set.ttl() != null) {
            List<StoredRecord> gone =
                ofType(type).stream()
                    .filter(record -> record.modifiedAt().isBefore(now.minus(set.ttl())))
                    .toList();
            if (!gone.isEmpty()) {
              expired.put(type, gone);
            }
          }
        });
    return expired;
  }

  /** Drops the first batches with times before that; returns the number of changes dropped. */
  long trim(Instant before) {
    long dropped = 0;
    int batches = 0;
    while (batches < log.size() && timeOf(log.get(batches)).isBefore(before)) {
      dropped += log.get(batches++).size();
    }
    log.subList(0, batches).clear();
    earliest += dropped;
    trimmed |= dropped > 0;
    return dropped;
  }

  /** Returns the time of a batch, for a trim: that of its last change (RESTORE-5). */
  static Instant timeOf(List<StoredRecord> batch) {
    return batch.get(batch.size() - 1).modifiedAt();
  }

  void clear(long newServerVersion) {
    formerHistories.add(serverVersion);
    serverVersion = newServerVersion;
    live.clear();
    options.clear();
    log.clear();
    checkpoint = Checkpoint.NONE;
    earliest = latest + 1;
    trimmed = false;
  }

  /** Starts over, like a reopened backend that is not durable. */
  void forget(long newServerVersion) {
    clear(newServerVersion);
    latest = 0;
    earliest = 1;
    leases.clear();
    lastTokens.clear();
    staleTokens.clear();
    lastToken = 0;
  }

  /** Returns whether a feed can be opened after a version. */
  boolean holdsAfter(long version) {
    return Long.compareUnsigned(version + 1, earliest) >= 0 || (version == 0 && !trimmed);
  }

  /**
   * Returns the next change after a version that concerns a feed, with the rest of its batch, if
   * any.
   */
  List<StoredRecord> due(long version, @Nullable String type) {
    int low = 0;
    int high = log.size();
    while (low < high) {
      int middle = (low + high) / 2;
      List<StoredRecord> batch = log.get(middle);
      if (Long.compareUnsigned(batch.get(batch.size() - 1).version(), version) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (int i = low; i < log.size(); i++) {
      List<StoredRecord> due =
          log.get(i).stream()
              .filter(change -> Long.compareUnsigned(change.version(), version) > 0)
              .filter(change -> type == null || type.equals(change.type()))
              .toList();
      if (!due.isEmpty()) {
        return due;
      }
    }
    return List.of();
  }
}
