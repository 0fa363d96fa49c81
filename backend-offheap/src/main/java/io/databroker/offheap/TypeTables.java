package io.databroker.offheap;

import io.databroker.api.StorageFullException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The types of a history. A type without records is removed once neither the feed nor a snapshot
 * can ask for its former records. Its number is never reused, because a reader may still look for
 * keys under it; the cost of a removed type is one reference.
 *
 * <p>Only the writer changes it.
 */
final class TypeTables {
  private static final int FREED_AT_ONCE = 1_000;

  /** A type that may be removed, and its last known version. */
  private record Idle(TypeTable table, long version) {}

  /** The types that are in use, by name. */
  final Map<String, TypeTable> byName = new ConcurrentHashMap<>();

  /** The largest number of tables; a test lowers it. */
  long most = Bounds.TYPES;

  private final Supplier<LongPredicate> forgotten;
  private final Supplier<LongPredicate> unreachable;
  private final LongSupplier oldestSnapshot;

  /**
   * Tables by number. A reader gets the number from a published slot, so it also sees the table and
   * an array of sufficient length.
   */
  private volatile @Nullable TypeTable[] byNumber = new TypeTable[16];

  private int count;

  /** Number of existing tables; only for the writer. */
  private int live;

  /** Tables in the approximate order of their last versions. */
  private final Queue<Idle> idle = new ArrayDeque<>();

  TypeTables(
      Supplier<LongPredicate> forgotten,
      Supplier<LongPredicate> unreachable,
      LongSupplier oldestSnapshot) {
    this.forgotten = forgotten;
    this.unreachable = unreachable;
    this.oldestSnapshot = oldestSnapshot;
  }

  /** Returns the table of a number; null if the type is gone and its records are forgotten. */
  @Nullable TypeTable get(int number) {
    return byNumber[number];
  }

  /**
   * Returns the table of the given type, and creates it if missing.
   *
   * @throws StorageFullException if the heap has no room for another type
   */
  TypeTable get(String type) {
    TypeTable table = byName.get(type);
    if (table == null) {
      if (live >= most) {
        throw full(type);
      }
      table = new TypeTable(count, type, forgotten, unreachable);
      if (count == byNumber.length) {
        byNumber = Arrays.copyOf(byNumber, count * 2);
      }
      byNumber[count++] = table;
      byName.put(type, table);
      live++;
      // The type may never get a record, because its first write may still be rejected.
      mayGo(table);
    }
    return table;
  }

  private StorageFullException full(String type) {
    return new StorageFullException(
        String.format(
            Locale.ROOT,
            "no room for type %s: the store has %d types, the most that fit into this heap; "
                + "delete all records of other types, or give the JVM a larger heap",
            type,
            most),
        null);
  }

  /** Registers a table that lost its last record, or its options, for removal. */
  void mayGo(TypeTable table) {
    if (table.isUnused() && !table.idle) {
      table.idle = true;
      idle.add(new Idle(table, table.lastVersion));
    }
  }

  /**
   * Frees unreachable versions, a portion at a time.
   *
   * @param first the first version that the feed holds, for readers too
   */
  void sweep(long first) {
    long oldest = -1;
    for (int i = 0; i < FREED_AT_ONCE; i++) {
      Idle next = idle.peek();
      if (next == null || (next.table.isUnused() && next.version >= first)) {
        return;
      }
      TypeTable table = next.table;
      long last = table.lastVersion;
      if (table.isUnused() && last < first) {
        // Read once the new first version is published: later snapshots begin after it.
        oldest = oldest < 0 ? oldestSnapshot.getAsLong() : oldest;
        if (last > oldest) {
          return;
        }
        byName.remove(table.type);
        live--;
        byNumber[table.number] = null;
        table.free();
      }
      idle.remove();
      table.idle = false;
      if (last >= first) {
        mayGo(table);
      }
    }
  }

  void free() {
    byName.values().forEach(TypeTable::free);
  }
}
