package io.databroker.tck.history;

import io.databroker.api.Checkpoint;
import io.databroker.api.Condition;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * State of a backend according to the contract, while operations take effect one after the other.
 *
 * <p>Sets of records and types are compared by sums of hashes, which each write updates. So the
 * cost of checking a read depends only on the size of its answer.
 */
final class Model {
  private final FieldExtractor extractor;
  private final boolean exact;
  private long serverVersion;
  private long latest;

  private Checkpoint checkpoint;

  /** The current type options. */
  private final Map<String, TypeOptions> options;

  /** Records of each type, oldest written first. */
  private final Map<String, LinkedHashMap<String, StoredRecord>> live = new HashMap<>();

  private final Map<String, Long> hashes = new HashMap<>();
  private long liveHash;
  private long typesHash;

  /** Hashes of the lists in answers; a list is often compared with many states. */
  private final IdentityHashMap<List<String>, Long> listed;

  /** Changes of the last operation, as a feed delivers them. */
  private List<StoredRecord> changes = new ArrayList<>();

  Model(History.Start start, FieldExtractor extractor) {
    this.extractor = extractor;
    this.exact = start.exact();
    this.serverVersion = start.serverVersion();
    this.latest = start.latest();
    this.options = new HashMap<>(start.options());
    this.checkpoint = start.checkpoint();
    this.listed = new IdentityHashMap<>();
    start.records().forEach(this::store);
  }

  private Model(Model other) {
    this.extractor = other.extractor;
    this.exact = other.exact;
    this.serverVersion = other.serverVersion;
    this.latest = other.latest;
    this.options = new HashMap<>(other.options);
    this.checkpoint = other.checkpoint;
    this.listed = other.listed;
    other.live.forEach((type, records) -> live.put(type, new LinkedHashMap<>(records)));
    this.hashes.putAll(other.hashes);
    this.liveHash = other.liveHash;
    this.typesHash = other.typesHash;
  }

  Model copy() {
    return new Model(this);
  }

  long latest() {
    return latest;
  }

  long serverVersion() {
    return serverVersion;
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  Map<String, TypeOptions> options() {
    return options;
  }

  Set<String> types() {
    return live.keySet();
  }

  List<StoredRecord> records() {
    List<StoredRecord> records = new ArrayList<>();
    live.values().forEach(ofType -> records.addAll(ofType.values()));
    return records;
  }

  List<StoredRecord> records(Selection selection) {
    if (selection instanceof Selection.OfType ofType) {
      return ofType(ofType.type());
    } else if (selection instanceof Selection.Where where) {
      return ofType(where.type()).stream()
          .filter(record -> matches(record, where.anyOf()))
          .toList();
    }
    return records();
  }

  private List<StoredRecord> ofType(String type) {
    return List.copyOf(live.getOrDefault(type, new LinkedHashMap<>()).values());
  }

  /** Returns whether versions have no gaps. */
  boolean exact() {
    return exact;
  }

  /** Returns a hash that identifies the state. */
  long hash() {
    return Hash.mix(liveHash + Hash.mix(latest) + (31 * serverVersion))
        + options.hashCode()
        + Hash.mix(checkpoint.hashCode());
  }

  /** Returns the changes of the last operation. */
  List<StoredRecord> changes() {
    return changes;
  }

  /** Returns whether the contract allows the operation now; if so, a write takes effect. */
  boolean allows(Operation operation) {
    if (!changes.isEmpty()) {
      changes = new ArrayList<>();
    }
    Call call = operation.call();
    Answer answer = operation.answer();
    if (call instanceof Call.Put put) {
      return put(put.batch(), answer);
    } else if (call instanceof Call.Get get) {
      return answer instanceof Answer.Found found
          && Plan.same(liveRecord(get.type(), get.id()), found.live());
    } else if (call instanceof Call.ListTypes) {
      return answer instanceof Answer.Types types
          && types.types().size() == live.size()
          && listed.computeIfAbsent(types.types(), Hash::ofTypes) == typesHash;
    } else if (call instanceof Call.TakeSnapshot taken) {
      return answer instanceof Answer.Shown shown && shows(taken.selection(), shown);
    } else if (call instanceof Call.ReadVersions) {
      return answer instanceof Answer.Told told
          && told.versions().serverVersion() == serverVersion
          && standsAt(told.versions().latest());
    } else if (call instanceof Call.SetOptions set) {
      setOptions(set.type(), set.options());
      return true;
    } else if (call instanceof Call.ReadOptions) {
      return answer instanceof Answer.Configured configured && configured.options().equals(options);
    } else if (call instanceof Call.Expire expire) {
      return expire(expire.now(), answer);
    } else if (call instanceof Call.ReadCheckpoint) {
      return answer instanceof Answer.Marked marked && marked.checkpoint().equals(checkpoint);
    } else if (call instanceof Call.SetCheckpoint set) {
      checkpoint = set.checkpoint();
      return true;
    }
    return clear(answer);
  }

  /** Returns whether the write can come next, judged by the versions in its answer. */
  boolean mayAllow(Operation operation) {
    if (operation.answer() instanceof Answer.Cleared cleared) {
      return cleared.result().oldServerVersion() == serverVersion;
    }
    if (operation.answer() instanceof Answer.Stored stored) {
      for (StoredRecord record : stored.result().records()) {
        if (record.version() != 0) {
          return stored.result().serverVersion() == serverVersion
              && (exact
                  ? record.version() == latest + 1
                  : Long.compareUnsigned(record.version(), latest) > 0);
        }
      }
    }
    return true;
  }

  private boolean standsAt(long version) {
    // Removed types may have taken versions in between.
    return exact ? version == latest : Long.compareUnsigned(version, latest) >= 0;
  }

  private boolean shows(Selection selection, Answer.Shown shown) {
    if (shown.position().serverVersion() != serverVersion
        || !shown.options().equals(options)
        || Hash.ofRecords(shown.records()) != hash(selection)) {
      return false;
    }
    return standsAt(shown.position().version());
  }

  private long hash(Selection selection) {
    if (selection instanceof Selection.OfType ofType) {
      return hashes.getOrDefault(ofType.type(), 0L);
    }
    if (selection instanceof Selection.Where where) {
      return Hash.ofRecords(records(where));
    }
    return liveHash;
  }

  private boolean matches(StoredRecord record, Set<FieldValue> anyOf) {
    List<String> fields = options.getOrDefault(record.type(), TypeOptions.NONE).indexedFields();
    Map<String, String> values = extractor.extract(record.type(), record.payload(), fields);
    return anyOf.stream()
        .anyMatch(
            term -> fields.contains(term.field()) && term.value().equals(values.get(term.field())));
  }

  private boolean put(List<Write> batch, Answer answer) {
    int failing = failing(batch);
    if (answer instanceof Answer.ConditionFailed failed) {
      return failing == failed.index()
          && found(batch.get(failing).type(), batch.get(failing).id()) == failed.found();
    }
    if (failing >= 0) {
      return answer instanceof Answer.Unknown;
    }
    PutResult result = answer instanceof Answer.Stored stored ? stored.result() : null;
    if (result != null
        && (result.serverVersion() != serverVersion || result.records().size() != batch.size())) {
      return false;
    }
    List<StoredRecord> planned = plan(batch, result);
    if (planned == null) {
      return false;
    }
    Set<String> types = new HashSet<>();
    for (StoredRecord change : planned) {
      apply(change);
      types.add(change.type());
    }
    evict(types);
    return true;
  }

  /** Returns the index of the first write whose condition does not hold, or -1. */
  int failing(List<Write> batch) {
    for (int i = 0; i < batch.size(); i++) {
      Condition condition = batch.get(i).condition();
      if (condition != Condition.NONE
          && !condition.holds(found(batch.get(i).type(), batch.get(i).id()))) {
        return i;
      }
    }
    return -1;
  }

  /** Returns the version of the live record, or 0. */
  long found(String type, String id) {
    StoredRecord record = liveRecord(type, id);
    return record == null ? 0 : record.version();
  }

  @Nullable StoredRecord liveRecord(String type, String id) {
    LinkedHashMap<String, StoredRecord> ofType = live.get(type);
    return ofType == null ? null : ofType.get(id);
  }

  /** Returns the changes that the batch makes now, or null if its answer differs. */
  @Nullable List<StoredRecord> plan(List<Write> batch, @Nullable PutResult result) {
    return Plan.of(this, batch, result);
  }

  private void apply(StoredRecord change) {
    remove(change.type(), change.id());
    if (!change.deleted()) {
      store(change);
    }
    latest = change.version();
    changes.add(change);
  }

  private void store(StoredRecord record) {
    LinkedHashMap<String, StoredRecord> ofType = live.get(record.type());
    if (ofType == null) {
      ofType = new LinkedHashMap<>();
      live.put(record.type(), ofType);
      typesHash += Hash.of(record.type());
    }
    ofType.put(record.id(), record);
    hashed(record.type(), Hash.of(record));
  }

  private void hashed(String type, long change) {
    hashes.merge(type, change, Long::sum);
    liveHash += change;
  }

  private void remove(String type, String id) {
    LinkedHashMap<String, StoredRecord> ofType = live.get(type);
    if (ofType == null) {
      return;
    }
    StoredRecord removed = ofType.remove(id);
    if (removed != null) {
      hashed(type, -Hash.of(removed));
      if (ofType.isEmpty()) {
        live.remove(type);
        typesHash -= Hash.of(type);
      }
    }
  }

  private void evict(Set<String> types) {
    List<StoredRecord> victims = new ArrayList<>();
    for (String type : types) {
      Long capacity = options.getOrDefault(type, TypeOptions.NONE).capacity();
      LinkedHashMap<String, StoredRecord> ofType = live.get(type);
      if (capacity != null && ofType != null && Long.compareUnsigned(ofType.size(), capacity) > 0) {
        ofType.values().stream().limit(ofType.size() - capacity).forEach(victims::add);
      }
    }
    delete(victims);
  }

  /** Deletes records, oldest written first. */
  private void delete(List<StoredRecord> victims) {
    victims.sort((a, b) -> Long.compareUnsigned(a.version(), b.version()));
    for (StoredRecord victim : victims) {
      // Without exact versions, the versions of evictions are unknown and do not matter.
      long version = exact ? latest + 1 : latest;
      apply(
          new StoredRecord(
              victim.type(), victim.id(), version, victim.payload(), victim.modifiedAt(), true));
    }
  }

  private void setOptions(String type, TypeOptions replaced) {
    if (replaced.isEmpty()) {
      options.remove(type);
    } else {
      options.put(type, replaced);
    }
    evict(Set.of(type));
  }

  private boolean expire(Instant now, Answer answer) {
    List<StoredRecord> victims = new ArrayList<>();
    options.forEach(
        (type, of) -> {
          Duration ttl = of.ttl();
          if (ttl != null) {
            ofType(type).stream()
                .filter(record -> record.modifiedAt().isBefore(now.minus(ttl)))
                .forEach(victims::add);
          }
        });
    if (answer instanceof Answer.Counted counted
        && (exact ? victims.size() != counted.count() : victims.size() > counted.count())) {
      return false;
    }
    delete(victims);
    return true;
  }

  private boolean clear(Answer answer) {
    if (!(answer instanceof Answer.Cleared cleared)
        || cleared.result().oldServerVersion() != serverVersion) {
      return false;
    }
    serverVersion = cleared.result().newServerVersion();
    live.clear();
    hashes.clear();
    options.clear();
    checkpoint = Checkpoint.NONE;
    liveHash = 0;
    typesHash = 0;
    return true;
  }
}
