package io.databroker.inmemory;

import io.databroker.api.Changes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** The records of one type. Only the writer uses fields that are neither final nor volatile. */
final class Table {
  private static final int SEGMENT_SHIFT = 6;

  final String type;

  /** The last version when this table was created: the log holds later changes only. */
  final long born;

  /** The last entry of each live key, and the entries of the batch being published. */
  final Map<String, Entry> entries = new ConcurrentHashMap<>();

  /** The last trimmed change of this table, or of a former table of the type. */
  volatile long lastTrimmed;

  /** The changes of this type. */
  final Log<Entry> log = new Log<>(SEGMENT_SHIFT, 0, Entry::version);

  /**
   * The changes by batches, as feeds of this type deliver them; all feeds share the objects. If a
   * batch wrote to several types, its element holds no changes, and {@link #log} has them.
   */
  final Log<Changes> told = History.told(SEGMENT_SHIFT);

  final WriteOrder order = new WriteOrder();

  /** Number of live keys; while a batch is planned, the number after it. */
  int count;

  /** The capacity. */
  long ceiling = Long.MAX_VALUE;

  /** The indexes that writes maintain: the complete one, and one that is being built. */
  List<FieldIndex> indexes = List.of();

  /** The fields of these indexes. */
  List<String> extracted = List.of();

  final Slots slots = new Slots();

  /** True if the current batch writes to this table. */
  boolean touched;

  /** Number of puts of the current batch. */
  int puts;

  /** The count and the ends of the logs before the current batch. */
  int countBefore;

  long logEndBefore;
  long toldEndBefore;

  private final AtomicReference<Base> base = new AtomicReference<>(Base.EMPTY);

  Table(String type, long born, long lastTrimmed) {
    this.type = type;
    this.born = born;
    this.lastTrimmed = lastTrimmed;
  }

  String type() {
    return type;
  }

  void keep(List<FieldIndex> kept) {
    for (FieldIndex index : indexes) {
      if (!kept.contains(index)) {
        index.free();
      }
    }
    Set<String> fields = new LinkedHashSet<>();
    kept.forEach(index -> fields.addAll(index.fields()));
    indexes = kept;
    extracted = List.copyOf(fields);
  }

  /** Returns whether the table holds no record, no history and no index. */
  boolean isUnused() {
    return count == 0 && log.view().first() == log.end() && indexes.isEmpty();
  }

  Base base() {
    return Objects.requireNonNull(base.get());
  }

  /** Stores that base for the next snapshot, unless there is a later one. */
  void offer(Base candidate) {
    Base now = base();
    while (candidate.through() > now.through() && !base.compareAndSet(now, candidate)) {
      now = base();
    }
  }
}
