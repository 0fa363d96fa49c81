package io.databroker.tck.history;

import io.databroker.api.CodePointOrder;
import io.databroker.api.StoredRecord;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks single answers, and answers that mention the same version. */
final class Sightings {
  private final Map<Long, StoredRecord> byVersion = new HashMap<>();

  /** True if batches are complete, so that their versions have no gaps. */
  private final boolean exact;

  private Sightings(History history) {
    this.exact = history.start().exact();
  }

  /** Returns the first problem, or null. */
  static @Nullable String problemWith(History history) {
    return new Sightings(history).see(history);
  }

  /** Returns everything seen in a history without a problem. */
  static Sightings of(History history) {
    Sightings sightings = new Sightings(history);
    sightings.see(history);
    return sightings;
  }

  private @Nullable String see(History history) {
    for (StoredRecord record : history.start().records()) {
      byVersion.put(record.version(), record);
    }
    for (Operation operation : history.operations()) {
      String problem = see(operation.answer());
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }

  private @Nullable String see(Answer answer) {
    if (answer instanceof Answer.Crashed crashed) {
      return "an operation failed as none may: " + crashed.failure();
    } else if (answer instanceof Answer.Stored stored) {
      return seeBatch(stored.result().records());
    } else if (answer instanceof Answer.Found found) {
      return found.live() == null ? null : seeLive(found.live());
    } else if (answer instanceof Answer.Shown shown) {
      Set<Long> versions = new HashSet<>();
      for (StoredRecord record : shown.records()) {
        String problem =
            versions.add(record.version()) ? seeLive(record) : "a snapshot holds twice " + record;
        if (problem != null) {
          return problem;
        }
      }
    } else if (answer instanceof Answer.Types types) {
      for (int i = 1; i < types.types().size(); i++) {
        if (CodePointOrder.INSTANCE.compare(types.types().get(i - 1), types.types().get(i)) >= 0) {
          return "listTypes answered a list that is not sorted or names a type twice: " + types;
        }
      }
    }
    return null;
  }

  private @Nullable String seeBatch(List<StoredRecord> records) {
    Instant time = records.get(0).modifiedAt();
    long last = 0;
    for (StoredRecord record : records) {
      if (!record.modifiedAt().equals(time)) {
        return "the records of a batch have different times: " + records;
      }
      if (record.version() != 0) {
        if (exact && last != 0 && record.version() != last + 1) {
          return "the versions of a batch do not follow each other: " + Timeline.words(records);
        }
        last = record.version();
        String problem = see(record);
        if (problem != null) {
          return problem;
        }
      }
    }
    return null;
  }

  private @Nullable String seeLive(StoredRecord record) {
    return record.deleted() ? "a read answered a deleted record: " + record : see(record);
  }

  /** Checks that all answers agree on the record of a version. */
  @Nullable String see(StoredRecord record) {
    StoredRecord other = byVersion.putIfAbsent(record.version(), record);
    return other == null || other.equals(record)
        ? null
        : "two records have one version: " + other + " and " + record;
  }
}
