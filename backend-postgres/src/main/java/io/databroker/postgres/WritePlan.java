package io.databroker.postgres;

import io.databroker.api.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rows to write in a transaction, in the order of their versions. {@link #endBatch} keeps the
 * rows planned since the last batch, and {@link #undoBatch} takes them back.
 */
final class WritePlan {

  /**
   * A live record as the plan leaves it.
   *
   * @param version 0 if there is none
   * @param bytes the size of the payload
   * @param payload null if it was not read
   * @param row the row of this plan that holds the record, if any
   */
  record Live(long version, long bytes, @Nullable Bytes payload, @Nullable NewRow row) {
    static final Live NONE = new Live(0, 0, null, null);

    /** Returns a stored record whose payload stays on the server. */
    static Live stored(long version, long bytes) {
      return new Live(version, bytes, null, null);
    }
  }

  /** The time of the rows planned next, in microseconds since 1970. */
  long time;

  final List<NewRow> rows = new ArrayList<>();

  /** Replacing versions, by the version of the stored row that they replace. */
  final Map<Long, Long> replaced = new LinkedHashMap<>();

  /** Change of the number of live records. */
  final Map<String, Long> counts = new HashMap<>();

  /** Size of the last payloads of the records that the current batch deletes and evicts. */
  long deletedBytes;

  /** Lower bounds of the live versions, by type. */
  final Map<String, Long> oldest = new HashMap<>();

  private final Map<Key, Live> live;

  /** Steps that take the current batch back, the last one first. */
  private final Deque<Runnable> undo = new ArrayDeque<>();

  private long latest;
  private int batchStart;

  /**
   * Begins a plan.
   *
   * @param live the live records of the plan's keys, which the plan changes; {@link Live#NONE} for
   *     absent ones
   */
  WritePlan(long latest, long time, Map<Key, Live> live) {
    this.latest = latest;
    this.time = time;
    this.live = live;
  }

  long latest() {
    return latest;
  }

  Live live(Key key) {
    return live.getOrDefault(key, Live.NONE);
  }

  /** Returns the live record of the given key, if the plan has met the key. */
  @Nullable Live met(Key key) {
    return live.get(key);
  }

  NewRow put(Key key, Bytes payload, List<UUID> digests) {
    Live before = live(key);
    NewRow row =
        new NewRow(++latest, time, key.type(), key.id(), payload, before.version(), false, digests);
    replace(before, row);
    set(live, key, new Live(row.version, payload.size(), payload, row));
    if (before.version() == 0) {
      count(key.type(), 1);
    }
    return row;
  }

  /** Deletes a live record. */
  NewRow delete(Key key, Live before) {
    NewRow row =
        new NewRow(
            ++latest,
            time,
            key.type(),
            key.id(),
            before.payload(),
            before.version(),
            true,
            List.of());
    replace(before, row);
    set(live, key, Live.NONE);
    deletedBytes += before.bytes();
    count(key.type(), -1);
    return row;
  }

  /** Raises the lower bound of the live versions of a type. */
  void raiseOldest(String type, long version) {
    set(oldest, type, version);
  }

  private void count(String type, long by) {
    set(counts, type, counts.getOrDefault(type, 0L) + by);
  }

  private <K, V> void set(Map<K, V> map, K key, V value) {
    V former = map.put(key, value);
    onUndo(
        () -> {
          if (former == null) {
            map.remove(key);
          } else {
            map.put(key, former);
          }
        });
  }

  /** Adds a step that takes back a change of the current batch. */
  void onUndo(Runnable step) {
    undo.push(step);
  }

  private void replace(Live before, NewRow by) {
    NewRow row = before.row();
    if (row != null) {
      row.replacedBy = by.version;
      onUndo(() -> row.replacedBy = 0);
    } else if (before.version() != 0) {
      set(replaced, before.version(), by.version);
    }
    rows.add(by);
  }

  /** Ends a batch: the rows planned since the last end become visible together. */
  void endBatch() {
    for (NewRow row : rows.subList(batchStart, rows.size())) {
      row.batch = latest;
    }
    batchStart = rows.size();
    deletedBytes = 0;
    undo.clear();
  }

  /** Takes back everything planned since the last end of a batch. */
  void undoBatch() {
    undo.forEach(Runnable::run);
    undo.clear();
    latest -= rows.size() - batchStart;
    rows.subList(batchStart, rows.size()).clear();
    deletedBytes = 0;
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }
}
