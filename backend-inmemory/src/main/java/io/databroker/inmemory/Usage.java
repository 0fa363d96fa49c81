package io.databroker.inmemory;

import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Estimates of the heap that a history holds, in bytes: rather too high than too low, so that the
 * heap never fills before a bound is met. Only the writer changes them; any thread may read them.
 */
final class Usage {
  /**
   * Heap of a change without its id and payload: entry, record, map node, and places in the logs.
   */
  private static final int CHANGE = 210;

  /** Heap of a type: its table, empty maps and logs. */
  static final int TABLE = 2_400;

  private static final int OPTIONS = 400;

  /** Heap of an indexed value of a record: a set, nodes, and entries in two maps. */
  private static final int VALUE = 400;

  /** With G1, an array of half a region or more occupies whole regions. */
  private static final long REGION = region(Runtime.getRuntime().maxMemory());

  /** Live records, tables, indexes and options. */
  private final AtomicLong live = new AtomicLong();

  /** Changes in the log whose records are no longer live. */
  private final AtomicLong dead = new AtomicLong();

  long live() {
    return live.get();
  }

  long dead() {
    return dead.get();
  }

  /** Only the writer calls this, so it needs neither an atomic addition nor a fence. */
  void add(long moreLive, long moreDead) {
    live.setRelease(live.getPlain() + moreLive);
    dead.setRelease(dead.getPlain() + moreDead);
  }

  static long of(StoredRecord record) {
    return change(record.id(), record.payload().size());
  }

  /** Returns an upper bound of the bytes that the puts of a batch add. */
  static long of(List<Write> batch) {
    long sum = 0;
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i) instanceof Write.Put put) {
        sum += change(put.id(), put.payload().size());
      }
    }
    return sum;
  }

  static long of(TypeOptions options) {
    long sum = options.isEmpty() ? 0 : OPTIONS;
    for (String field : options.indexedFields()) {
      sum += text(field);
    }
    return sum;
  }

  static long table(String type) {
    return TABLE + text(type);
  }

  static long value(String value) {
    return VALUE + text(value);
  }

  private static long change(String id, int payload) {
    return CHANGE + text(id) + (payload < REGION / 2 ? payload : (payload / REGION + 1) * REGION);
  }

  private static long text(String text) {
    return 2L * text.length();
  }

  private static long region(long heap) {
    return Math.max(1L << 20, Math.min(32L << 20, Long.highestOneBit(heap / 2_048)));
  }
}
