package io.databroker.inmemory;

import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One history: the records, the log and the options under one server version. A clear replaces it
 * by another one.
 *
 * <p><b>How a batch is published.</b> There is one writer at a time, under the backend's lock;
 * readers take no lock. A batch passes four stages:
 *
 * <ol>
 *   <li><i>planned</i>: in objects that no reader can reach;
 *   <li><i>installed</i>: the last entry of each key is in its table and points to its predecessor;
 *       all entries are at the end of the logs;
 *   <li><i>committed</i>: one volatile store of {@link #commit};
 *   <li><i>settled</i>: the pointers are cleared, and deletes have left the tables.
 * </ol>
 *
 * <p><b>Why reads are linearizable.</b> Installing comes before the volatile store, settling after
 * it. A reader of one key reads the entry from the table, then its pointer with acquire semantics.
 * If the pointer is null, the entry is settled, hence committed. Otherwise the reader reads {@link
 * #commit}. If the entry is not later than the commit, it is committed. If it is later, its
 * predecessor was the committed entry at that read, because at most one batch is between install
 * and commit. An entry that was rolled back is marked before its version is used again, and its
 * predecessor is the answer. In each case the answer was true at one instant during the call.
 *
 * <p>A reader of many records reads {@link #commit} once and takes from the logs the entries that
 * are not later; entries of the logs never change. Version, types, options and indexes are in one
 * immutable object behind one field, because reads of two fields would not be linearizable.
 */
final class History {
  private static final int SEGMENT_SHIFT = 10;

  final long serverVersion;

  /** The last version before this history. */
  final long begun;

  final Map<String, Table> tables = new ConcurrentHashMap<>();

  /** The batches as feeds of all types deliver them; all feeds share the objects. */
  final Log<Changes> told = told(SEGMENT_SHIFT);

  /** The last trimmed change of all removed tables. */
  volatile long lastRemoved;

  final Usage usage = new Usage();
  final Pins pins = new Pins();

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

  /** Returns the name and the bounds, at one instant. */
  Versions versions() {
    Commit now = commit;
    return new Versions(serverVersion, now.first(), now.version());
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

  /** Returns the table of the given type, and creates it if it is missing; only for the writer. */
  Table table(String type) {
    Table table = tables.get(type);
    if (table == null) {
      table = new Table(type, commit.version(), lastRemoved);
      tables.put(type, table);
      usage.add(Usage.table(type), 0);
    }
    return table;
  }

  /** Removes a table that holds nothing, so that types may come and go; only for the writer. */
  void dropIfUnused(Table table) {
    if (table.isUnused() && commit.options().get(table.type) == null) {
      lastRemoved = Math.max(lastRemoved, table.lastTrimmed);
      if (tables.remove(table.type, table)) {
        usage.add(-Usage.table(table.type), 0);
      }
    }
  }

  /** Returns the records of one type, and the commit at which they are live. */
  Frozen freeze(String type) {
    return pins.retry(() -> tryFreeze(type), () -> commit.version());
  }

  private @Nullable Frozen tryFreeze(String type) {
    Table table = tables.get(type);
    Map<Table, Base> bases = table == null ? Map.of() : Map.of(table, table.base());
    Commit now = commit;
    if (!now.types().contains(type)) {
      return new Frozen(now, List.of());
    }
    Base base = advance(type, bases, now);
    return base == null ? null : new Frozen(now, List.of(base));
  }

  /** Returns the records of all types, and the commit at which they are live. */
  Frozen freeze() {
    return pins.retry(this::tryFreeze, () -> commit.version());
  }

  private @Nullable Frozen tryFreeze() {
    // Bases first, then the commit: so no base is later than the commit.
    Map<Table, Base> bases = new HashMap<>();
    tables.values().forEach(table -> bases.put(table, table.base()));
    Commit now = commit;
    List<Base> frozen = new ArrayList<>(now.types().size());
    for (String type : now.types()) {
      Base base = advance(type, bases, now);
      if (base == null) {
        return null;
      }
      frozen.add(base);
    }
    return new Frozen(now, frozen);
  }

  /**
   * Returns the type's base at the given commit, or null if the caller has to start over, because a
   * trim or a new table of the type came in between.
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
   * @param commit the instant
   * @param bases the records of each type
   */
  record Frozen(Commit commit, List<Base> bases) {}
}
