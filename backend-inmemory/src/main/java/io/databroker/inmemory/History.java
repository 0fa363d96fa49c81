package io.databroker.inmemory;

import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All that one server version names; a clear puts another in its place.
 *
 * <p><b>How it works.</b> One writer at a time, under the backend's lock; readers take no lock. A
 * batch is <i>planned</i> where no reader looks; <i>installed</i>: the last entry of each key goes
 * into its table, with a pointer to what was there, and all entries go to the end of the logs;
 * <i>committed</i>: one volatile store of {@link #commit}; and <i>settled</i>: the pointers are
 * cleared, deletes leave the tables.
 *
 * <p><b>Why it is right.</b> Installing happens before the volatile store, and settling after it. A
 * reader of one key takes the entry from the table, and then its pointer, with acquire semantics.
 * If that is null, the entry was settled, so committed; else the reader reads {@link #commit}: if
 * the entry is not later, it is committed, and if it is later, what it points to is what was
 * committed at that read, since at most one batch is ever between install and commit. An entry that
 * was taken back is marked so before its version is used again: what it points to is the answer.
 * Either way there is an instant within the call at which the answer was true, in the one order of
 * the volatile stores. A reader of many things reads {@link #commit} once, and takes from the logs
 * what is not later: entries of the logs never change. What belongs together (version, types,
 * options, indexes) is in one immutable object behind that one field: two fields would not be
 * linearizable.
 */
final class History {
  private static final int SEGMENT_SHIFT = 10;

  final long serverVersion;

  /** The last version before this history. */
  final long begun;

  final Map<String, Table> tables = new ConcurrentHashMap<>();

  /** The batches, as feeds of all types tell them: one object for all feeds. */
  final Log<Changes> told = told(SEGMENT_SHIFT);

  /** The last change that was trimmed from a table that was then removed. */
  volatile long lastRemoved;

  final Usage usage = new Usage();

  volatile Commit commit;
  volatile Checkpoint checkpoint = Checkpoint.NONE;

  History(long serverVersion, long version) {
    this.serverVersion = serverVersion;
    this.begun = version;
    this.commit = Commit.start(version);
  }

  static Log<Changes> told(int segmentShift) {
    return new Log<>(segmentShift, 0, changes -> changes.position().version());
  }

  @Nullable StoredRecord get(String type, String id) {
    Table table = tables.get(type);
    Entry entry = table == null ? null : table.entries.get(id);
    if (entry == null) {
      return null;
    }
    Entry before = entry.previous();
    return before == null ? entry.live() : entry.at(before, commit.version()).live();
  }

  /** For the writer: the table of that type, made if need be. */
  Table table(String type) {
    Table table = tables.get(type);
    if (table == null) {
      table = new Table(type, commit.version(), lastRemoved);
      tables.put(type, table);
      usage.add(Usage.table(type), 0);
    }
    return table;
  }

  /** For the writer: lets go of a table that holds nothing, so that types may come and go. */
  void dropIfUnused(Table table) {
    if (table.isUnused() && commit.options().get(table.type) == null) {
      lastRemoved = Math.max(lastRemoved, table.lastTrimmed);
      if (tables.remove(table.type, table)) {
        usage.add(-Usage.table(table.type), 0);
      }
    }
  }

  /** The records of one type, at the returned commit. */
  Frozen freeze(String type) {
    while (true) {
      Table table = tables.get(type);
      Map<Table, Base> bases = table == null ? Map.of() : Map.of(table, table.base());
      Commit now = commit;
      if (!now.types().contains(type)) {
        return new Frozen(now, List.of());
      }
      Base base = advance(type, bases, now);
      if (base != null) {
        return new Frozen(now, List.of(base));
      }
    }
  }

  /** The records of all types, at the returned commit. */
  Frozen freeze() {
    while (true) {
      // Bases first, the commit after them: none of them is then later than the commit.
      Map<Table, Base> bases = new HashMap<>();
      tables.values().forEach(table -> bases.put(table, table.base()));
      Commit now = commit;
      List<Base> frozen = new ArrayList<>(now.types().size());
      for (String type : now.types()) {
        Base base = advance(type, bases, now);
        if (base == null) {
          break;
        }
        frozen.add(base);
      }
      if (frozen.size() == now.types().size()) {
        return new Frozen(now, frozen);
      }
    }
  }

  /**
   * The type's base at that commit; null if a trim, or a table that took another's place, came
   * between, so that one has to start over.
   */
  private @Nullable Base advance(String type, Map<Table, Base> bases, Commit now) {
    Table table = tables.get(type);
    if (table == null || table.born > now.version()) {
      return null;
    }
    Base advanced = bases.getOrDefault(table, Base.EMPTY).advance(table.log.view(), now.version());
    if (advanced != null) {
      table.offer(advanced);
    }
    return advanced;
  }

  /**
   * Live records at a commit.
   *
   * @param commit when
   * @param bases the records of each type
   */
  record Frozen(Commit commit, List<Base> bases) {}
}
