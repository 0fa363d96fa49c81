package io.databroker.tck.history;

import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The changes that a batch makes in a state. */
final class Plan {
  private Plan() {}

  /** Returns the changes that the batch makes now, or null if its answer differs. */
  static @Nullable List<StoredRecord> of(
      Model model, List<Write> batch, @Nullable PutResult result) {
    List<StoredRecord> planned = new ArrayList<>();
    Map<List<String>, StoredRecord> within = new HashMap<>();
    long version = model.latest();
    for (int i = 0; i < batch.size(); i++) {
      Write write = batch.get(i);
      List<String> key = List.of(write.type(), write.id());
      StoredRecord before =
          within.containsKey(key) ? within.get(key) : model.liveRecord(write.type(), write.id());
      StoredRecord seen = result == null ? null : result.records().get(i);
      if (write instanceof Write.Delete && (before == null || before.deleted())) {
        if (seen != null && seen.version() != 0) {
          return null;
        }
        continue;
      }
      long next = model.exact() || seen == null ? version + 1 : seen.version();
      if (Long.compareUnsigned(next, version) <= 0) {
        return null;
      }
      version = next;
      StoredRecord change = change(write, before, version, seen);
      if (seen != null
          && (!same(change, seen)
              || seen.deleted() != change.deleted()
              || !seen.type().equals(change.type())
              || !seen.id().equals(change.id()))) {
        return null;
      }
      planned.add(change);
      within.put(key, change);
    }
    return planned;
  }

  private static StoredRecord change(
      Write write, @Nullable StoredRecord before, long version, @Nullable StoredRecord seen) {
    boolean deleted = write instanceof Write.Delete;
    return new StoredRecord(
        write.type(),
        write.id(),
        version,
        write instanceof Write.Put put ? put.payload() : Objects.requireNonNull(before).payload(),
        seen == null ? Instant.EPOCH : seen.modifiedAt(),
        deleted);
  }

  static boolean same(@Nullable StoredRecord live, @Nullable StoredRecord seen) {
    if (live == null || seen == null) {
      return live == null && seen == null;
    }
    return live.version() == seen.version() && live.payload().equals(seen.payload());
  }
}
