package io.databroker.inmemory;

import io.databroker.api.Changes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** The records of one type. What is not final or concurrent is the writer's alone. */
final class Table {
  private static final int SEGMENT_SHIFT = 6;

  final String type;

  /** The last version when this was made: what the type held before is not in its log. */
  final long born;

  /** The last entry of each live key; while a batch is being published, also its entries. */
  final Map<String, Entry> entries = new ConcurrentHashMap<>();

  /** The last change that was trimmed, of this table or perhaps of one before it. */
  volatile long lastTrimmed;

  /** The changes of this type. */
  final Log<Entry> log = new Log<>(SEGMENT_SHIFT, 0, Entry::version);

  /**
   * The same by batches, as feeds of this type tell them: one object for all feeds. It is empty
   * where a batch wrote to other types too: then its changes are to be found in {@link #log}.
   */
  final Log<Changes> told = History.told(SEGMENT_SHIFT);

  final WriteOrder order = new WriteOrder();

  /** How many keys are live; while a batch is planned, how many will be. */
  int count;

  /** How many may be live. */
  long ceiling = Long.MAX_VALUE;

  /** What every write keeps up to date: the complete index, and one that is being built. */
  List<FieldIndex> indexes = List.of();

  /** The fields of these indexes. */
  List<String> extracted = List.of();

  final Slots slots = new Slots();

  /** Whether the batch in hand writes to it. */
  boolean touched;

  /** How many records that batch puts. */
  int puts;

  /** The count and the logs' ends before the batch in hand. */
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

  /** Whether neither records nor history nor an index are here. */
  boolean isUnused() {
    return count == 0 && log.view().first() == log.end() && indexes.isEmpty();
  }

  Base base() {
    return Objects.requireNonNull(base.get());
  }

  /** Keeps that base for the next snapshot, unless there is a later one. */
  void offer(Base candidate) {
    Base now = base();
    while (candidate.through() > now.through() && !base.compareAndSet(now, candidate)) {
      now = base();
    }
  }
}
