package org.stranger;

import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.api.support.FeedSource;
import java.util.List;

/** Reads one feed's changes from the log of the backend. */
record StrangerFeed(StrangerBackend backend, long history, String type) implements FeedSource {

  @Override public Versions versions() { return backend.versions(); }

  @Override public Changes next(long after, long latest) {
    synchronized (backend) {
      if (backend.isTrimmed(after)) return null;
      for (var batch : backend.log.subMap(after, false, latest, true).entrySet()) {
        List<StoredRecord> due = batch.getValue().stream().filter(it -> isDue(it, after)).toList();
        if (!due.isEmpty()) return new Changes(due, new Position(history, batch.getKey()));
      }
      return new Changes(List.of(), new Position(history, latest)); // a bookmark
    }
  }

  @Override public boolean holds(long after, long through) {
    synchronized (backend) {
      return backend.isTrimmed(after)
          || backend.log.subMap(after, false, through, true).values().stream()
              .anyMatch(batch -> batch.stream().anyMatch(change -> isDue(change, after)));
    }
  }

  private boolean isDue(StoredRecord change, long after) {
    return Long.compareUnsigned(change.version(), after) > 0
        && (type == null || type.equals(change.type()));
  }
}
