package io.databroker.inmemory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the entries of a batch by key: by a scan while they are few, then by a map. */
final class Planned {
  private static final int FEW = 16;

  private final List<Entry> entries;
  private @Nullable Map<Table, Map<String, Entry>> byKey;

  /**
   * @param entries all planned entries, in order; the list grows
   */
  Planned(List<Entry> entries) {
    this.entries = entries;
  }

  /** Returns the last planned entry of the given key, or null. */
  @Nullable Entry get(Table table, String id) {
    if (byKey != null) {
      Map<String, Entry> byId = byKey.get(table);
      return byId == null ? null : byId.get(id);
    }
    for (int i = entries.size() - 1; i >= 0; i--) {
      Entry entry = entries.get(i);
      if (entry.table == table && entry.record.id().equals(id)) {
        return entry;
      }
    }
    return null;
  }

  /** Records an entry that was added to the list. */
  void added(Entry entry) {
    if (byKey != null) {
      put(byKey, entry);
    } else if (entries.size() > FEW) {
      Map<Table, Map<String, Entry>> all = new HashMap<>();
      entries.forEach(each -> put(all, each));
      byKey = all;
    }
  }

  private static void put(Map<Table, Map<String, Entry>> byKey, Entry entry) {
    byKey.computeIfAbsent(entry.table, any -> new HashMap<>()).put(entry.record.id(), entry);
  }
}
