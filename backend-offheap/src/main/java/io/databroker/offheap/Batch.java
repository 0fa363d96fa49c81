package io.databroker.offheap;

import io.databroker.api.Bytes;
import io.databroker.api.LimitExceededException;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StoredRecord;
import io.databroker.api.support.LastPayloads;
import io.databroker.offheap.journal.Micros;
import io.databroker.offheap.journal.RecordCopy;
import io.databroker.offheap.journal.Segment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plan of a batch of writes that take effect together: {@link #put}, {@link #delete} and {@link
 * #evict} plan it, {@link #commit} applies it, {@link #close} rolls back a plan that was not
 * committed. Used once, under the store's lock.
 */
final class Batch implements AutoCloseable {
  private record Name(int type, String id) {}

  private final Store store;
  private final History history;
  private final Commit before;
  private Instant time;
  private long micros;
  private final List<Change> changes;
  private final Map<Name, Change> lasts;
  private final List<TypeTable> touched = new ArrayList<>(2);
  private final LastPayloads deleted = new LastPayloads();
  private final Lookup look = Lookup.mine();

  Batch(Store store, History history, Instant time, int size) {
    this.store = store;
    this.history = history;
    this.before = history.planned;
    this.time = time;
    this.micros = Micros.of(time);
    this.changes = new ArrayList<>(size);
    this.lasts = new HashMap<>(size * 2);
  }

  /** Sets the time of the changes that are planned next. */
  void at(Instant next) {
    if (!next.equals(time)) {
      time = next;
      micros = Micros.of(next);
    }
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  int size() {
    return changes.size();
  }

  /** Returns the version of the live record, pending commits included; 0 if there is none. */
  static long liveVersion(History history, String type, String id) {
    TypeTable table = history.tables.get(type);
    Lookup look = Lookup.mine();
    if (table == null
        || !look.key.set(table.number, id)
        || !history.keys.find(look.key, look.place)) {
      return 0;
    }
    return history.isLive(look.place.version) ? look.place.version : 0;
  }

  /**
   * Plans a put.
   *
   * @param values the values of the table's extracted fields in the payload
   */
  StoredRecord put(TypeTable table, String id, Bytes payload, Map<String, String> values) {
    Change last = lasts.get(new Name(table.number, id));
    Change added;
    boolean live;
    if (last != null) {
      live = last.payload != null;
      added = add(table, id, last.idBytes, payload, last.version, last.fresh);
    } else {
      boolean known = find(table, id);
      long previous = known ? look.place.version : 0;
      live = known && history.isLive(previous);
      added = add(table, id, lookedUpId(), payload, previous, !known);
    }
    added.values = values;
    touch(added, live ? 0 : 1);
    return new StoredRecord(table.type, id, added.version, payload, time, false);
  }

  private boolean find(TypeTable table, String id) {
    if (!look.key.set(table.number, id)) {
      throw new IllegalArgumentException("the id cannot be stored");
    }
    return history.keys.find(look.key, look.place);
  }

  /**
   * Plans a delete, if the key has a live record; returns null if it has none.
   *
   * @throws LimitExceededException if the batch deletes records with too many bytes
   * @throws StorageFailedException if the last payload, which the answer contains, is damaged
   */
  @Nullable StoredRecord delete(TypeTable table, String id) {
    Change last = lasts.get(new Name(table.number, id));
    Segment live = last == null ? findLive(table, id) : null;
    Bytes payload = last == null ? null : last.payload;
    if (live != null) {
      payload = RecordCopy.of(live, live.indexOf(look.place.version)).payload();
    }
    if (payload == null) {
      return null;
    }
    deleted.add(payload.size());
    Change added = addDelete(table, id, last);
    return new StoredRecord(table.type, id, added.version, payload, time, true);
  }

  /** Plans a delete of a live record without reading its payload. */
  void drop(TypeTable table, String id) {
    Change last = lasts.get(new Name(table.number, id));
    if (last == null ? findLive(table, id) != null : last.payload != null) {
      addDelete(table, id, last);
    }
  }

  /**
   * Looks up the version of the key's live record, and returns its segment; null if there is none.
   */
  private @Nullable Segment findLive(TypeTable table, String id) {
    if (!find(table, id)) {
      return null;
    }
    Segment segment = history.directory.holding(look.place.version);
    return segment != null && segment.supersededAt(segment.indexOf(look.place.version)) == 0
        ? segment
        : null;
  }

  private Change addDelete(TypeTable table, String id, @Nullable Change last) {
    Change added =
        last == null
            ? add(table, id, lookedUpId(), null, look.place.version, false)
            : add(table, id, last.idBytes, null, last.version, last.fresh);
    touch(added, -1);
    return added;
  }

  private byte[] lookedUpId() {
    return Arrays.copyOf(look.key.id, look.key.length);
  }

  private Change add(
      TypeTable table,
      String id,
      byte[] idBytes,
      @Nullable Bytes payload,
      long previous,
      boolean fresh) {
    long version = before.version() + 1 + changes.size();
    Change change = new Change(table, id, idBytes, payload, version, micros, previous, fresh);
    changes.add(change);
    Change overtaken = lasts.put(new Name(table.number, id), change);
    if (overtaken != null) {
      overtaken.last = false;
    }
    return change;
  }

  private void touch(Change change, int by) {
    TypeTable table = change.table;
    change.count = by;
    if (!touched.contains(table)) {
      touched.add(table);
    }
    table.change += by;
  }

  List<TypeTable> touched() {
    return touched;
  }

  /** Returns the result of a delete of a key without a live record: version 0 (PUT-8). */
  StoredRecord absent(String type, String id) {
    return new StoredRecord(type, id, 0, Bytes.EMPTY, time, true);
  }

  private record Victim(TypeTable table, String id, long version, long bytes) {}

  /**
   * Plans the deletes that bring the written tables down to their capacities, oldest first.
   *
   * @throws LimitExceededException if the batch deletes records with too many bytes
   */
  void evict() {
    List<Victim> victims = null;
    for (TypeTable table : touched) {
      long count = table.count + table.change;
      if (Long.compareUnsigned(count, table.capacity) > 0) {
        victims = victims == null ? new ArrayList<>() : victims;
        choose(table, count - table.capacity, Long.MAX_VALUE, victims);
      }
    }
    if (victims != null) {
      victims.sort((a, b) -> Long.compare(a.version, b.version));
      for (Victim victim : victims) {
        deleted.add(victim.bytes);
        drop(victim.table, victim.id);
      }
    }
  }

  /**
   * Plans the deletes of the oldest records: the given number, or fewer if they reach the limit on
   * bytes. Returns whether that limit left some out.
   */
  boolean evict(TypeTable table, long excess, long bytes) {
    List<Victim> victims = new ArrayList<>();
    boolean isCut = choose(table, excess, bytes, victims);
    victims.forEach(victim -> drop(victim.table, victim.id));
    return isCut;
  }

  private boolean choose(TypeTable table, long excess, long bytes, List<Victim> victims) {
    OldestFirst old = new OldestFirst(history, table);
    long left = excess;
    long bytesLeft = bytes;
    while (left > 0 && bytesLeft > 0 && old.next()) {
      RecordCopy record = old.record();
      if (record == null) {
        continue; // damaged: evict the next oldest instead
      }
      String id = record.id();
      if (!lasts.containsKey(new Name(table.number, id))) {
        victims.add(new Victim(table, id, old.version(), record.size()));
        left--;
        bytesLeft -= record.size();
      }
    }
    for (int i = 0; i < changes.size() && left > 0; i++) {
      Change own = changes.get(i);
      if (own.table == table && own.last && own.payload != null) {
        victims.add(new Victim(table, own.id, own.version, own.payload.size()));
        left--;
      }
    }
    return left > 0 && bytesLeft <= 0;
  }

  /** Commits the plan atomically. */
  void commit() {
    commit(null);
  }

  /** Commits the plan atomically, together with these options. */
  void commit(@Nullable SetOptions set) {
    new BatchCommit(store, history, changes, touched, look).apply(set, micros);
  }

  @Override
  public void close() {
    for (TypeTable table : touched) {
      table.change = 0;
    }
  }
}
