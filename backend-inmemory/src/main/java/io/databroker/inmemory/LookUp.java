package io.databroker.inmemory;

import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.support.Extraction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A look-up by indexed fields at one commit, without a lock.
 *
 * <p>It reads a commit, gathers the entries that the index finds, and reads a second commit; the
 * result is for the second one. A record that did not change between the two commits was gathered
 * with its state at both. A record that changed is in the type's log, with its state at the second
 * commit. An entry that is later than the second commit was gathered with its predecessor.
 */
final class LookUp {
  private final History history;
  private final Extraction extraction;
  private final Selection.Where where;

  LookUp(History history, Extraction extraction, Selection.Where where) {
    this.history = history;
    this.extraction = extraction;
    this.where = where;
  }

  /**
   * Records at a commit.
   *
   * @param commit the instant
   * @param records the records found
   */
  record Found(Commit commit, List<StoredRecord> records) {}

  Found find() {
    Seen seen = history.pins.retry(this::look, () -> history.commit.version());
    FieldIndex index = seen.index();
    return new Found(seen.commit(), index == null ? List.of() : choose(seen, index));
  }

  /**
   * Entries that decide the result.
   *
   * @param commit the commit of the result
   * @param index the index of the type; null if it has none
   * @param gathered the entries that the index finds
   * @param changed the last change of each id meanwhile
   */
  private record Seen(
      Commit commit,
      @Nullable FieldIndex index,
      List<Gathered> gathered,
      Map<String, Entry> changed) {}

  /** Returns null if the index was replaced or the changes were trimmed meanwhile. */
  private @Nullable Seen look() {
    Commit earlier = history.commit;
    Table table = history.tables.get(where.type());
    FieldIndex index = earlier.indexes().get(where.type());
    if (index == null) {
      return new Seen(earlier, null, List.of(), Map.of());
    }
    if (table == null) {
      return null; // the index and then the table were removed since that commit
    }
    List<Gathered> gathered = gather(table, index);
    Commit later = history.commit;
    Map<String, Entry> changed = changes(table, earlier, later);
    return changed != null && later.indexes().get(where.type()) == index
        ? new Seen(later, index, gathered, changed)
        : null;
  }

  private record Gathered(Entry entry, @Nullable Entry previous) {}

  /** Returns the entry of each id that the index finds, once. */
  private List<Gathered> gather(Table table, FieldIndex index) {
    List<Gathered> gathered = new ArrayList<>();
    Set<String> seen = where.anyOf().size() == 1 ? null : new HashSet<>();
    for (FieldValue term : where.anyOf()) {
      for (String id : index.ids(term)) {
        Entry entry = seen == null || seen.add(id) ? table.entries.get(id) : null;
        if (entry != null) {
          gathered.add(new Gathered(entry, entry.previous()));
        }
      }
    }
    return gathered;
  }

  /** Returns the last change of each id between two commits; null if some were trimmed. */
  private @Nullable Map<String, Entry> changes(Table table, Commit earlier, Commit later) {
    if (earlier.version() == later.version()) {
      return Map.of();
    }
    Map<String, Entry> changed = new HashMap<>();
    Log.View<Entry> log = table.log.view();
    long index = log.after(earlier.version(), later.version());
    Entry entry = log.get(index);
    while (entry != null && entry.version() <= later.version()) {
      changed.put(entry.record.id(), entry);
      entry = log.get(++index);
    }
    boolean whole = history.commit.first() <= earlier.version() + 1;
    return whole && history.tables.get(where.type()) == table ? changed : null;
  }

  private List<StoredRecord> choose(Seen seen, FieldIndex index) {
    List<StoredRecord> chosen = new ArrayList<>(seen.gathered().size());
    for (Gathered found : seen.gathered()) {
      if (!seen.changed().containsKey(found.entry().record.id())) {
        add(found.entry().at(found.previous(), seen.commit().version()), index, chosen);
      }
    }
    seen.changed().values().forEach(entry -> add(entry, index, chosen));
    return chosen;
  }

  private void add(Entry entry, FieldIndex index, List<StoredRecord> chosen) {
    StoredRecord record = entry.live();
    if (record != null && extraction.matches(record, index.fields(), where)) {
      chosen.add(record);
    }
  }
}
