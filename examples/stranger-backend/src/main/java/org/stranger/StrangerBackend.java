package org.stranger;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.ClosedException;
import io.databroker.api.CodePointOrder;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The whole contract on JDK collections and one lock, the monitor of the backend. */
final class StrangerBackend implements Backend {
  final BackendContext context;
  final NavigableMap<Long, List<StoredRecord>> log = new TreeMap<>(Long::compareUnsigned);
  final List<StrangerFeed> feeds = new ArrayList<>();
  long history = newName();
  long latest;
  long begun, trimmed; // the last version before this history, and the last one that the log dropped
  boolean closed;

  /** The records of each type that has some, the oldest written first. */
  private final Map<String, LinkedHashMap<String, StoredRecord>> types = sorted();

  private final NavigableMap<String, TypeOptions> options = sorted();
  private final Map<String, Lease> leases = new HashMap<>();
  private long lastToken;
  private Checkpoint checkpoint = Checkpoint.NONE;
  private List<StoredRecord> changes = new ArrayList<>(); // of the call under way

  StrangerBackend(BackendContext context) { this.context = context; }

  private static long newName() {
    return new SecureRandom().longs().filter(drawn -> drawn != 0).findFirst().orElseThrow();
  }

  private static <V> NavigableMap<String, V> sorted() { return new TreeMap<>(CodePointOrder.INSTANCE); }

  synchronized void checkOpen() { if (closed) throw new ClosedException("the backend"); }

  private Instant now() { return context.clock().instant().truncatedTo(ChronoUnit.MICROS); }

  @Override public synchronized Versions versions() {
    checkOpen();
    return new Versions(history, trimmed + 1, latest);
  }

  @Override public synchronized PutResult put(List<Write> batch) {
    checkOpen();
    for (int i = 0; i < batch.size(); i++) {
      Write write = batch.get(i);
      StoredRecord live = live(write.type(), write.id());
      long found = live == null ? 0 : live.version();
      if (!write.condition().holds(found)) throw new ConditionFailedException(i, write, found);
    }
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i) instanceof Write.Put put) {
        values("batch[" + i + "].payload", put.type(), put.payload(), options(put.type()));
      }
    }
    Instant now = now();
    List<StoredRecord> answers = new ArrayList<>();
    Set<String> written = new HashSet<>();
    for (Write write : batch) {
      answers.add(apply(write, now));
      written.add(write.type());
    }
    evict(written, now);
    publish();
    return new PutResult(history, answers);
  }

  private TypeOptions options(String type) { return options.getOrDefault(type, TypeOptions.NONE); }

  private Map<String, String> values(String argument, String type, Bytes payload, TypeOptions of) {
    try {
      return context.extractor().extract(type, payload, of.indexedFields());
    } catch (RuntimeException e) {
      throw new InvalidArgumentException(argument, payload.toString(), "store another payload");
    }
  }

  private StoredRecord apply(Write write, Instant now) {
    if (write instanceof Write.Put put) {
      var stored = new StoredRecord(put.type(), put.id(), ++latest, put.payload(), now, false);
      changes.add(stored);
      var ofType = types.computeIfAbsent(put.type(), none -> new LinkedHashMap<>());
      ofType.remove(put.id()); // so that it becomes the youngest
      ofType.put(put.id(), stored);
      return stored;
    }
    StoredRecord live = live(write.type(), write.id());
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

  private void publish() {
    if (changes.isEmpty()) return;
    List<StoredRecord> batch = List.copyOf(changes);
    changes = new ArrayList<>();
    log.put(latest, batch);
    feeds.forEach(feed -> feed.changed(batch));
  }

  private Map<String, StoredRecord> of(String type) {
    return types.getOrDefault(type, new LinkedHashMap<>());
  }

  private StoredRecord live(String type, String id) { return of(type).get(id); }

  private List<StoredRecord> ofType(String type) { return new ArrayList<>(of(type).values()); }

  @Override public synchronized StoredRecord get(String type, String id) {
    checkOpen();
    return live(type, id);
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
      records = ofType(where.type());
      records.removeIf(record -> !matches(record, where));
    } else {
      types.values().stream().map(Map::values).forEach(records::addAll);
    }
    return new StrangerSnapshot(
        this, new Position(history, latest), options(), records, new AtomicBoolean());
  }

  private boolean matches(StoredRecord record, Selection.Where where) {
    TypeOptions of = options(where.type());
    Map<String, String> values = values("payload", record.type(), record.payload(), of);
    return where.anyOf().stream()
        .filter(term -> of.indexedFields().contains(term.field()))
        .anyMatch(term -> term.value().equals(values.get(term.field())));
  }

  @Override public synchronized ChangeFeed changes(Position from, String type) {
    checkOpen();
    long name = from.serverVersion();
    // Version 0 is the beginning of a history that holds all its changes (FEED-16).
    long at = from.version() == 0 && trimmed == begun ? begun : from.version();
    if (name != history) throw new HistoryReplacedException(name, history);
    if (Long.compareUnsigned(at, latest) > 0) throw new FutureVersionException(at, latest);
    if (Long.compareUnsigned(at, trimmed) < 0) throw new HistoryTrimmedException(at, trimmed + 1);
    feeds.add(new StrangerFeed(this, new Position(name, at), type));
    return feeds.get(feeds.size() - 1);
  }

  @Override public synchronized Map<String, TypeOptions> options() {
    checkOpen();
    return Collections.unmodifiableMap(new TreeMap<>(options));
  }

  @Override public synchronized void setOptions(String type, TypeOptions replaced) {
    checkOpen();
    ofType(type).forEach(record -> values("options", type, record.payload(), replaced));
    options.put(type, replaced);
    options.values().removeIf(TypeOptions::isEmpty);
    evict(Set.of(type), now());
    publish();
  }

  @Override public synchronized Lease acquireLease(String name, Duration duration) {
    checkOpen();
    if (leases.containsKey(name) && now().isBefore(leases.get(name).expiresAt())) return null;
    leases.put(name, new Lease(name, ++lastToken, now().plus(duration)));
    return leases.get(name);
  }

  @Override public synchronized Lease renewLease(String name, long token, Duration duration) {
    checkOpen();
    Lease renewed = new Lease(name, token, now().plus(duration));
    return holds(name, token) && leases.put(name, renewed) != null ? renewed : null;
  }

  @Override public synchronized boolean releaseLease(String name, long token) {
    checkOpen();
    return holds(name, token) && leases.remove(name) != null;
  }

  private boolean holds(String name, long token) {
    Lease held = leases.get(name);
    return held != null && held.token() == token && now().isBefore(held.expiresAt());
  }

  @Override public synchronized long expire() {
    checkOpen();
    Instant now = now();
    long before = latest;
    options.forEach(
        (type, of) ->
            ofType(type).stream()
                .filter(r -> of.ttl() != null && r.modifiedAt().isBefore(now.minus(of.ttl())))
                .forEach(record -> delete(record, now)));
    publish();
    return latest - before;
  }

  @Override public synchronized long trim(Instant before) {
    checkOpen();
    List<StoredRecord> dropped = new ArrayList<>();
    while (!log.isEmpty() && log.firstEntry().getValue().get(0).modifiedAt().isBefore(before)) {
      trimmed = log.firstKey();
      dropped.addAll(log.pollFirstEntry().getValue());
    }
    feeds.forEach(feed -> feed.trimmed(dropped));
    return dropped.size();
  }

  @Override public synchronized ClearResult clear() {
    checkOpen();
    long old = history;
    types.clear(); options.clear(); log.clear();
    checkpoint = Checkpoint.NONE;
    begun = trimmed = latest;
    history = newName();
    feeds.forEach(feed -> feed.changed(List.of()));
    return new ClearResult(old, history);
  }

  @Override public synchronized Checkpoint checkpoint() { checkOpen(); return checkpoint; }

  @Override public synchronized void setCheckpoint(Checkpoint to) { checkOpen(); checkpoint = to; }

  @Override public synchronized void close() {
    closed = true;
    feeds.forEach(feed -> feed.changed(List.of()));
  }
}
