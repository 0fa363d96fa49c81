package io.databroker.tck.races;

import io.databroker.api.StoredRecord;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Chooses the next call of a client of a workload. */
@FunctionalInterface
public interface Script {
  /** Returns the next call. */
  Call next(SplittableRandom random, Memory memory);

  /** The versions last seen by a client, for its conditions. */
  final class Memory {
    private final Map<List<String>, Long> versions = new HashMap<>();
    private int written;

    /** Returns the version last seen of the given key; 0 if it was absent, or never seen. */
    public long version(String type, String id) {
      return versions.getOrDefault(List.of(type, id), 0L);
    }

    /** Returns a number that this client has not used. */
    int fresh() {
      return ++written;
    }

    void see(Call call, Answer answer) {
      List<StoredRecord> seen = new ArrayList<>();
      if (answer instanceof Answer.Stored stored) {
        seen.addAll(stored.result().records());
      } else if (call instanceof Call.Get get && answer instanceof Answer.Found found) {
        StoredRecord live = found.live();
        if (live != null) {
          seen.add(live);
        } else {
          versions.remove(List.of(get.type(), get.id()));
        }
      }
      for (StoredRecord record : seen) {
        versions.put(List.of(record.type(), record.id()), record.deleted() ? 0L : record.version());
      }
    }
  }
}
