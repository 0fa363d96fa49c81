package io.databroker.offheap;

import io.databroker.api.FieldValue;
import io.databroker.offheap.journal.Directory;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.memory.SortedVersions;

/**
 * Versions that may be in a snapshot, in order, each once. Each call continues after the last
 * version returned, so changes between two calls do no harm.
 */
interface VersionSource {
  /**
   * Returns the next version; 0 if there is none up to {@code last}.
   *
   * @param segments the current segments; those of the previous call may have been freed
   */
  long next(Directory segments, long last);

  static VersionSource all() {
    return new VersionSource() {
      private long after;

      @Override
      public long next(Directory segments, long last) {
        int at = Math.max(0, segments.indexFor(after + 1));
        for (; at < segments.size(); at++) {
          Segment segment = segments.get(at);
          int index = segment.firstFrom(after + 1);
          // Compare versions, not counts: a reader may see the writer's count before the counted
          // slot.
          long next = at + 1 < segments.size() ? segments.get(at + 1).firstVersion : Long.MAX_VALUE;
          int count = segment.countUpTo(Math.min(last, next - 1));
          for (; index < count; index++) {
            after = segment.versionAt(index);
            if (segment.isLiveAt(index, last)) {
              return after;
            }
          }
        }
        return 0;
      }
    };
  }

  static VersionSource ofType(History history, String type) {
    TypeTable table = history.tables.get(type);
    return table == null ? (segments, last) -> 0 : new Pages(table.order, 0);
  }

  static VersionSource byValue(History history, String type, FieldValue term) {
    TypeTable table = history.tables.get(type);
    SortedVersions index = table == null ? null : table.index;
    return index == null
        ? (segments, last) -> 0
        : new Pages(index, TypeTable.hash(term.field(), term.value()));
  }

  /** Versions under one key of an index. */
  final class Pages implements VersionSource {
    private final SortedVersions versions;
    private final long key;
    private final long[] page = new long[256];
    private int filled;
    private int at;
    private long after;

    Pages(SortedVersions versions, long key) {
      this.versions = versions;
      this.key = key;
    }

    @Override
    public long next(Directory segments, long last) {
      if (at == filled) {
        filled = versions.page(key, after, page);
        at = 0;
        if (filled == 0) {
          return 0;
        }
        after = page[filled - 1];
      }
      long version = page[at++];
      return version > last ? 0 : version;
    }
  }
}
