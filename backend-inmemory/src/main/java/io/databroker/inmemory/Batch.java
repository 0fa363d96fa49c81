package io.databroker.inmemory;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.api.support.TypeList;
import io.databroker.api.support.TypeMap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A batch of writes: {@link #put}, {@link #delete} and {@link #evict} plan it, {@link #commit}
 * publishes it. It is used once, under the backend's lock. If anything fails before the commit,
 * {@link #abandon} rolls the batch back.
 */
final class Batch {
  private static final int MANY_TYPES = 8;

  private final History history;
  private final Commit before;

  /** Time of the writes planned next. */
  Instant time;

  /** Changes in order; the i-th has version {@code before.version() + 1 + i}. */
  private final List<Entry> entries;

  private final Planned planned;

  /** The places of the entries that a later entry of the batch replaces. */
  private @Nullable BitSet superseded;

  /** The values of the indexed fields of each entry that has some. */
  private @Nullable Map<Entry, Map<String, String>> values;

  private final List<Table> touched;

  private final long toldEndBefore;

  /** All changes as feeds deliver them; null until they are installed. */
  private @Nullable Changes changes;

  private int installed;
  private boolean committed;

  Batch(History history, Instant time, int size) {
    this.history = history;
    this.before = history.commit;
    this.time = time;
    this.entries = new ArrayList<>(size);
    this.planned = new Planned(entries);
    this.touched = new ArrayList<>(Math.min(size, MANY_TYPES));
    this.toldEndBefore = history.told.end();
  }

  int size() {
    return entries.size();
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /**
   * Plans a put.
   *
   * @param committed the entry that holds the key now
   * @param values the values of the indexed fields that the payload has
   */
  StoredRecord put(
      Table table,
      @Nullable Entry committed,
      String id,
      Bytes payload,
      Map<String, String> values) {
    Entry own = planned.get(table, id);
    Entry last = own != null ? own : committed;
    touch(table);
    table.order.reserve(++table.puts);
    if (last == null || last.deleted()) {
      table.count++;
    }
    Entry entry =
        last == null
            ? add(table, id, payload, false, table.slots.take(), own, Entry.NOTHING)
            : add(table, last.record.id(), payload, false, last.slot, own, last);
    if (!values.isEmpty()) {
      if (this.values == null) {
        this.values = new HashMap<>();
      }
      this.values.put(entry, values);
    }
    return entry.record;
  }

  /**
   * Plans a delete; returns null if there is no live record.
   *
   * @param committed the entry that holds the key now
   */
  @Nullable StoredRecord delete(Table table, @Nullable Entry committed, String id) {
    Entry own = planned.get(table, id);
    Entry last = own != null ? own : committed;
    if (last == null || last.deleted()) {
      return null;
    }
    touch(table);
    table.count--;
    return add(table, last.record.id(), last.record.payload(), true, last.slot, own, last).record;
  }

  private void touch(Table table) {
    if (!table.touched) {
      table.touched = true;
      table.puts = 0;
      table.countBefore = table.count;
      table.logEndBefore = table.log.end();
      table.toldEndBefore = table.told.end();
      touched.add(table);
    }
  }

  /**
   * @param own the entry that this batch has planned for the key so far
   * @param last the entry that the new one replaces
   */
  private Entry add(
      Table table,
      String id,
      Bytes payload,
      boolean deleted,
      int slot,
      @Nullable Entry own,
      Entry last) {
    long version = before.version() + 1 + entries.size();
    Entry entry =
        new Entry(table, new StoredRecord(table.type, id, version, payload, time, deleted), slot);
    if (own == null) {
      entry.follow(last);
    } else {
      if (superseded == null) {
        superseded = new BitSet();
      }
      superseded.set(place(own));
      entry.follow(Objects.requireNonNull(own.previous()));
      own.settle(); // it is never installed, and must not keep its predecessor alive
    }
    entries.add(entry);
    planned.added(entry);
    return entry;
  }

  /** Returns the answer to a delete of an absent record. */
  StoredRecord absent(Write write) {
    return new StoredRecord(write.type(), write.id(), 0, Bytes.EMPTY, time, true);
  }

  private int place(Entry entry) {
    return (int) (entry.version() - before.version() - 1);
  }

  private boolean isLast(Entry entry) {
    return superseded == null || !superseded.get(place(entry));
  }

  /** Plans the evictions of all written tables, oldest record first. */
  void evict() {
    evict(touched);
  }

  /** Plans the evictions of the given tables, oldest record first. */
  void evict(List<Table> tables) {
    List<Entry> victims = new ArrayList<>(0);
    for (Table table : tables) {
      choose(table, victims);
    }
    if (!victims.isEmpty()) {
      victims.sort(Comparator.comparingLong(Entry::version));
      victims.forEach(victim -> delete(victim.table, victim, victim.record.id()));
    }
  }

  private void choose(Table table, List<Entry> victims) {
    long left = table.count - table.ceiling;
    if (left <= 0) {
      return;
    }
    for (Entry old = table.order.oldest(); old != null && left > 0; old = table.order.after(old)) {
      if (planned.get(table, old.record.id()) == null) {
        victims.add(old);
        left--;
      }
    }
    for (int i = 0; i < entries.size() && left > 0; i++) {
      Entry own = entries.get(i);
      if (own.table == table && isLast(own) && !own.deleted()) {
        victims.add(own);
        left--;
      }
    }
  }

  /** Publishes the batch atomically. */
  void commit() {
    commit(before.options(), before.indexes());
  }

  /** Publishes the batch atomically, together with these options and indexes. */
  void commit(TypeMap<TypeOptions> options, TypeMap<FieldIndex> indexes) {
    install();
    long version = before.version() + entries.size();
    history.commit = new Commit(version, before.first(), types(), options, indexes);
    committed = true;
    account();
    try {
      // Update the write order first: it must be right, and this cannot fail. The rest only frees
      // memory.
      forEachLast(Batch::settle);
      forEachLast(this::cleanUp);
    } finally {
      touched.forEach(table -> table.touched = false);
    }
  }

  /** Returns the tables that the batch wrote to. */
  List<Table> touched() {
    return touched;
  }

  /**
   * Returns the records of a put. If they equal the list that feeds deliver, it returns that list.
   */
  List<StoredRecord> answer(StoredRecord[] stored) {
    boolean same = changes != null && stored.length == entries.size();
    for (int i = 0; same && i < stored.length; i++) {
      same = stored[i].version() == entries.get(i).version();
    }
    return same && changes != null ? changes.records() : List.of(stored);
  }

  private void install() {
    if (entries.isEmpty()) {
      return;
    }
    StoredRecord[] records = new StoredRecord[entries.size()];
    for (int i = 0; i < records.length; i++) {
      Entry entry = entries.get(i);
      records[i] = entry.record;
      entry.table.log.append(entry);
    }
    Position end = new Position(history.serverVersion, before.version() + records.length);
    changes = new Changes(List.of(records), end);
    history.told.append(changes);
    Changes ofEach = touched.size() == 1 ? changes : new Changes(List.of(), end);
    touched.forEach(table -> table.told.append(ofEach));
    while (installed < entries.size()) {
      Entry entry = entries.get(installed++);
      if (isLast(entry)) {
        install(entry);
      }
    }
  }

  private void install(Entry entry) {
    Table table = entry.table;
    String id = entry.record.id();
    if (entry.previous() == Entry.NOTHING && entry.deleted()) {
      return; // created and deleted within the batch: no reader ever sees it
    }
    // Until the entry is settled, the index holds its old and its new values. Finding too much is
    // harmless, because a look-up checks each record that it finds.
    for (FieldIndex index : table.indexes) {
      index.add(id, valuesOf(entry));
    }
    table.entries.put(id, entry);
  }

  private Map<String, String> valuesOf(Entry entry) {
    return values == null ? Map.of() : values.getOrDefault(entry, Map.of());
  }

  private TypeList types() {
    TypeList types = before.types();
    for (Table table : touched) {
      if ((table.countBefore == 0) != (table.count == 0)) {
        types = table.count == 0 ? types.without(table.type) : types.with(table.type);
      }
    }
    return types;
  }

  private void forEachLast(Consumer<Entry> step) {
    for (Entry entry : entries) {
      if (isLast(entry)) {
        step.accept(entry);
      }
    }
  }

  /** Counts the heap of the committed changes, while their predecessors can still be reached. */
  private void account() {
    long live = 0;
    long dead = 0;
    for (Entry entry : entries) {
      long bytes = Usage.of(entry.record);
      if (entry.deleted() || !isLast(entry)) {
        dead += bytes;
      } else {
        live += bytes;
      }
      Entry previous = isLast(entry) ? entry.previous() : null;
      if (previous != null && previous != Entry.NOTHING && !previous.deleted()) {
        long former = Usage.of(previous.record);
        live -= former;
        if (previous.version() >= before.first()) {
          dead += former;
        } else if (entry.table.base() != Base.EMPTY) {
          entry.pinned = (int) (former >> 4);
          dead += (long) entry.pinned << 4;
        }
      }
    }
    history.usage.add(live, dead);
  }

  private static void settle(Entry entry) {
    entry.table.order.supersede(entry);
    entry.settle();
  }

  private void cleanUp(Entry entry) {
    Table table = entry.table;
    String id = entry.record.id();
    for (FieldIndex index : table.indexes) {
      index.keep(id, valuesOf(entry));
    }
    if (entry.deleted()) {
      table.entries.remove(id, entry);
      table.slots.release(entry.slot);
    }
  }

  /** Rolls the batch back, unless it was committed. */
  void abandon() {
    if (committed) {
      return;
    }
    for (int i = 0; i < installed; i++) {
      Entry entry = entries.get(i);
      entry.abandon();
      if (isLast(entry)) {
        uninstall(entry);
      }
    }
    history.told.truncate(toldEndBefore);
    for (Table table : touched) {
      table.log.truncate(table.logEndBefore);
      table.told.truncate(table.toldEndBefore);
      table.count = table.countBefore;
      table.touched = false;
    }
    forEachLast(
        entry -> {
          if (!entry.table.entries.containsKey(entry.record.id())) {
            entry.table.slots.release(entry.slot);
          }
        });
    touched.forEach(history::dropIfUnused);
  }

  private void uninstall(Entry entry) {
    Table table = entry.table;
    String id = entry.record.id();
    Entry previous = entry.previous();
    if (previous == Entry.NOTHING) {
      table.entries.remove(id, entry);
    } else if (previous != null) {
      table.entries.put(id, previous);
    }
    for (FieldIndex index : table.indexes) {
      index.revert(id, valuesOf(entry));
    }
  }
}
