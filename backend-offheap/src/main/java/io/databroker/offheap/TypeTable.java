package io.databroker.offheap;

import io.databroker.api.TypeOptions;
import io.databroker.offheap.memory.SortedVersions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** State of a type. Its size on the heap does not grow with the number of records. */
final class TypeTable {
  static final long UNLIMITED = -1;

  final int number;
  final String type;
  final byte[] utf8;

  /** Versions of the type: those in the feed, and the live ones. */
  final SortedVersions order;

  /** Versions by the hash of an indexed field and its value; created with the first such field. */
  volatile @Nullable SortedVersions index;

  private final Supplier<LongPredicate> unreachable;

  /** Fields to extract from new payloads: the indexed fields, and those being added. */
  volatile List<String> extracted = List.of();

  /**
   * True while live records are in the order of their times, which ends when the clock steps back.
   */
  volatile boolean timesAscend = true;

  /** No version up to this one is live. */
  volatile long dead;

  /** Number of live records. Only the writer uses the fields below. */
  long count;

  /** Change of the count by the batch that is being planned. */
  long change;

  long capacity = UNLIMITED;

  /** The last version that was written, live or not; 0 if none was. */
  long lastVersion;

  /** True if the type is queued to be freed. */
  boolean idle;

  private long lastTime;

  TypeTable(
      int number,
      String type,
      Supplier<LongPredicate> forgotten,
      Supplier<LongPredicate> unreachable) {
    this.number = number;
    this.type = type;
    this.utf8 = type.getBytes(StandardCharsets.UTF_8);
    this.order = SortedVersions.withoutKeys(forgotten);
    this.unreachable = unreachable;
  }

  void apply(TypeOptions options) {
    Long limit = options.capacity();
    capacity = limit == null ? UNLIMITED : limit;
    extracted = options.indexedFields();
  }

  /** Returns whether the type has neither records nor options; only for the writer. */
  boolean isUnused() {
    return count == 0 && capacity == UNLIMITED && extracted.isEmpty();
  }

  synchronized SortedVersions index() {
    SortedVersions made = index;
    if (made == null) {
      made = SortedVersions.withKeys(unreachable);
      index = made;
    }
    return made;
  }

  /** Indexes a version under the given values of the extracted fields. */
  void index(Map<String, String> values, List<String> fields, long version) {
    for (String field : fields) {
      String value = values.get(field);
      if (value != null) {
        index().add(hash(field, value), version);
      }
    }
  }

  static long hash(String field, String value) {
    long hash = 0xCBF29CE484222325L;
    for (int i = 0; i < field.length(); i++) {
      hash = (hash ^ field.charAt(i)) * 0x100000001B3L;
    }
    hash = (hash ^ 0x1FFFF) * 0x100000001B3L;
    for (int i = 0; i < value.length(); i++) {
      hash = (hash ^ value.charAt(i)) * 0x100000001B3L;
    }
    hash = (hash ^ hash >>> 32) * 0x9E3779B97F4A7C15L;
    return hash ^ hash >>> 29;
  }

  /** Counts a write at that time and its change of the number of live records. */
  void wrote(long time, long by) {
    if (count == 0) {
      timesAscend = true;
    } else if (time < lastTime) {
      timesAscend = false;
    }
    lastTime = time;
    count += by;
  }

  void free() {
    order.free();
    SortedVersions made = index;
    if (made != null) {
      made.free();
    }
  }
}
