package io.databroker.postgres;

import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Page of the history, batch by batch.
 *
 * <p><b>Thread-safety:</b> immutable, except for the time of its last use.
 */
final class Page {
  private static final int ROW_OVERHEAD = 200;

  final long serverVersion;

  /** The first version. */
  final long first;

  /** The last version, which ends a batch. */
  final long last;

  final long bytes;

  /** Time of the last use, as a counter; the least recently used page is evicted first. */
  volatile long used;

  private final List<Changes> batches;

  private Page(long serverVersion, long first, long last, long bytes, List<Changes> batches) {
    this.serverVersion = serverVersion;
    this.first = first;
    this.last = last;
    this.bytes = bytes;
    this.batches = batches;
  }

  /** Returns the page of these consecutive batches. */
  static Page of(long serverVersion, List<List<StoredRecord>> batches) {
    List<Changes> told = new ArrayList<>(batches.size());
    long bytes = 0;
    for (List<StoredRecord> batch : batches) {
      long end = batch.get(batch.size() - 1).version();
      told.add(new Changes(batch, new Position(serverVersion, end)));
      for (StoredRecord record : batch) {
        bytes += record.payload().size() + ROW_OVERHEAD;
      }
    }
    return new Page(
        serverVersion,
        told.get(0).records().get(0).version(),
        told.get(told.size() - 1).position().version(),
        bytes,
        told);
  }

  /**
   * Returns the next answer of a feed after the given version: a part of a batch, or a bookmark.
   */
  Changes next(long after, @Nullable String type) {
    for (int i = firstEndingBehind(after); i < batches.size(); i++) {
      Changes batch = batches.get(i);
      List<StoredRecord> records = batch.records();
      boolean isWhole = records.get(0).version() > after;
      if (isWhole && type == null) {
        return batch;
      }
      List<StoredRecord> part =
          records.stream()
              .filter(it -> it.version() > after && (type == null || it.type().equals(type)))
              .toList();
      if (!part.isEmpty()) {
        return part.size() == records.size() ? batch : new Changes(part, batch.position());
      }
    }
    return new Changes(List.of(), new Position(serverVersion, last));
  }

  private int firstEndingBehind(long after) {
    int low = 0;
    int high = batches.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (batches.get(middle).position().version() > after) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  List<Changes> batches() {
    return batches;
  }
}
