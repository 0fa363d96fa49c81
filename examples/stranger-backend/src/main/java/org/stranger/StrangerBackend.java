package org.stranger;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.ClosedException;
import io.databroker.api.CodePointOrder;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SteadyClock;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.api.support.Conditions;
import io.databroker.api.support.Extraction;
import io.databroker.api.support.HeapSnapshot;
import io.databroker.api.support.LeaseTable;
import io.databroker.api.support.Positions;
import io.databroker.api.support.ServerVersions;
import io.databroker.api.support.TypeMap;
import io.databroker.api.support.WaitingFeeds;
import io.databroker.api.support.WriteBatch;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The whole contract on JDK collections, the support package and one lock: the monitor of the backend. */
final class StrangerBackend implements Backend {
  /** The batches of the history, each under the version of its last change. */
  final NavigableMap<Long, List<StoredRecord>> log = new TreeMap<>(Long::compareUnsigned);

  private final SteadyClock clock;
  private final Extraction extraction;
  private final WaitingFeeds feeds;
  private long history = ServerVersions.next(0);
  private long latest;
  private long begun, trimmed; // the last versions before this history and before its log
  private boolean closed;

  /** The records of each type that has some, the oldest written first. */
  private final NavigableMap<String, LinkedHashMap<String, StoredRecord>> types =
      new TreeMap<>(CodePointOrder.INSTANCE);

  private final LeaseTable leases = new LeaseTable();
  private TypeMap<TypeOptions> options = new TypeMap<>();
  private Checkpoint checkpoint = Checkpoint.NONE;
  private List<StoredRecord> changes = new ArrayList<>(); // of the call under way

  StrangerBackend(BackendContext context) {
    clock = SteadyClock.of(context.clock());
    extraction = new Extraction(context.extractor());
    feeds = new WaitingFeeds(context.notifier());
  }

  synchronized void checkOpen() {
    extraction.checkOutside();
    if (closed) throw new ClosedException("the backend");
  }

  /** Returns whether changes after the given version were trimmed; called under the lock. */
  boolean isTrimmed(long after) { return Long.compareUnsigned(after, trimmed) < 0; }

  private Instant now() { return clock.instant().truncatedTo(ChronoUnit.MICROS); }

  @Override public synchronized Versions versions() {
    checkOpen();
    return new Versions(history, trimmed + 1, latest);
  }

  /** Runs a call that writes, publishes its changes as one batch, and wakes the feeds without the lock. */
  private <T> T write(Supplier<T> call) {
    T answer;
    List<StoredRecord> batch;
    synchronized (this) {
      checkOpen();
      answer = call.get();
      batch = List.copyOf(changes);
      changes = new ArrayList<>();
      if (!batch.isEmpty()) log.put(latest, batch);
    }
    feeds.wake(batch, StoredRecord::type);
    return answer;
  }

  @Override public PutResult put(List<Write> batch) { return write(() -> apply(WriteBatch.put(batch))); }

  @Override public PutResult restore(List<StoredRecord> batch) {
    return write(() -> apply(WriteBatch.restore(batch)));
  }

  private PutResult apply(WriteBatch given) {
    List<Write> batch = given.writes();
    Conditions.check(batch, i -> version(batch.get(i)));
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i) instanceof Write.Put put) {
        extraction.values(i, put.type(), put.payload(), options(put.type()).indexedFields());
      }
    }
    Instant now = now();
    List<StoredRecord> answers = new ArrayList<>();
    Set<String> written = new HashSet<>();
    for (int i = 0; i < batch.size(); i++) {
      answers.add(apply(batch.get(i), given.time(i, now)));
      written.add(batch.get(i).type());
    }
    evict(written, given.time(batch.size() - 1, now));
    return new PutResult(history, answers);
  }

  private long version(Write write) {
    StoredRecord live = of(write.type()).get(write.id());
    return live == null ? 0 : live.version();
  }

  private TypeOptions options(String type) { return options.asMap().getOrDefault(type, TypeOptions.NONE); }

  private StoredRecord apply(Write write, Instant now) {
    if (write instanceof Write.Put put) {
      var stored = new StoredRecord(put.type(), put.id(), ++latest, put.payload(), now, false);
      changes.add(stored);
      var ofType = types.computeIfAbsent(put.type(), none -> new LinkedHashMap<>());
      ofType.remove(put.id()); // so that it becomes the youngest
      ofType.put(put.id(), stored);
      return stored;
    }
    StoredRecord live = of(write.type()).get(write.id());
    if (live != null) return delete(live, now);
    return new StoredRecord(write.type(), write.id(), 0, Bytes.EMPTY, now, true);
  }

  private StoredRecord delete(StoredRecord live, Instant now) {
    types.get(live.type()).remove(live.id());
    if (types.get(live.type()).isEmpty()) types.remove(live.type());
    changes.add(new StoredRecord(live.type(), live.id(), ++latest, live.payload(), now, true));
    return changes.get(changes.size() - 1);
  }

  private void evict(Set<String> written, Instant now) {
    List<StoredRecord> victims = new ArrayList<>();
    for (String type : written) {
      Long capacity = options(type).capacity();
      boolean over = capacity != null && Long.compareUnsigned(of(type).size(), capacity) > 0;
      if (over) victims.addAll(ofType(type).subList(0, of(type).size() - capacity.intValue()));
    }
    victims.sort(Comparator.comparing(StoredRecord::version, Long::compareUnsigned));
    victims.forEach(victim -> delete(victim, now));
  }

  private Map<String, StoredRecord> of(String type) {
    return types.getOrDefault(type, new LinkedHashMap<>());
  }

  private List<StoredRecord> ofType(String type) { return new ArrayList<>(of(type).values()); }

  @Override public synchronized StoredRecord get(String type, String id) {
    checkOpen();
    return of(type).get(id);
  }

  @Override public synchronized List<String> listTypes() {
    checkOpen();
    return List.copyOf(types.keySet());
  }

  @Override public synchronized Snapshot snapshot(Selection selection) {
    checkOpen();
    List<StoredRecord> records = new ArrayList<>();
    if (selection instanceof Selection.OfType only) {
      records = ofType(only.type());
    } else if (selection instanceof Selection.Where where) {
      List<String> fields = options(where.type()).indexedFields();
      records = ofType(where.type());
      records.removeIf(record -> !extraction.matches(record, fields, where));
    } else {
      types.values().stream().map(Map::values).forEach(records::addAll);
    }
    return new HeapSnapshot(
        new Position(history, latest), options(), List.copyOf(records), this::checkOpen);
  }

  @Override public synchronized ChangeFeed changes(Position from, String type) {
    Position start = Positions.start(from, versions(), begun);
    return feeds.open(start, type, new StrangerFeed(this, history, type));
  }

  @Override public synchronized Map<String, TypeOptions> options() {
    checkOpen();
    return options.asMap();
  }

  @Override public void setOptions(String type, TypeOptions replaced) {
    write(() -> {
      for (StoredRecord it : ofType(type)) {
        extraction.stored(type, it.id(), it.payload(), replaced.indexedFields());
      }
      options = options.with(type, replaced.isEmpty() ? null : replaced);
      evict(Set.of(type), now());
      return null;
    });
  }

  @Override public synchronized Lease acquireLease(String name, Duration duration) {
    checkOpen();
    return leases.acquire(name, duration, clock.elapsing());
  }

  @Override public synchronized Lease renewLease(String name, long token, Duration duration) {
    checkOpen();
    return leases.renew(name, token, duration, clock.elapsing());
  }

  @Override public synchronized boolean releaseLease(String name, long token) {
    checkOpen();
    return leases.release(name, token, clock.elapsing());
  }

  @Override public long expire() {
    return write(() -> {
      Instant now = now();
      options.asMap().forEach((type, of) -> ofType(type).stream()
          .filter(r -> of.ttl() != null && r.modifiedAt().isBefore(now.minus(of.ttl())))
          .forEach(record -> delete(record, now)));
      return (long) changes.size();
    });
  }

  /** The time of a batch is that of its last record (RESTORE-5). */
  private static Instant time(List<StoredRecord> batch) {
    return batch.get(batch.size() - 1).modifiedAt();
  }

  @Override public long trim(Instant before) {
    long dropped;
    long kept;
    synchronized (this) {
      checkOpen();
      long last = trimmed;
      for (var batch : log.entrySet()) {
        if (!time(batch.getValue()).isBefore(before)) break;
        last = batch.getKey();
      }
      kept = last + 1;
      feeds.beginTrim(kept); // before the new bound can be seen
      dropped = last - trimmed;
      trimmed = last;
      log.headMap(last, true).clear();
    }
    feeds.endTrim(kept);
    return dropped;
  }

  @Override public ClearResult clear() {
    ClearResult result;
    synchronized (this) {
      checkOpen();
      result = new ClearResult(history, ServerVersions.next(history));
      history = result.newServerVersion();
      types.clear(); log.clear();
      options = new TypeMap<>();
      checkpoint = Checkpoint.NONE;
      begun = trimmed = latest;
    }
    feeds.wakeAll();
    return result;
  }

  @Override public synchronized Checkpoint checkpoint() { checkOpen(); return checkpoint; }

  @Override public synchronized void setCheckpoint(Checkpoint to) { checkOpen(); checkpoint = to; }

  @Override public void close() {
    extraction.checkOutside();
    synchronized (this) { closed = true; }
    feeds.wakeAll();
  }
}
