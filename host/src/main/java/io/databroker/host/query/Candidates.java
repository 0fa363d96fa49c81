package io.databroker.host.query;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.FieldValue;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The records that a query has to check, all at one version. */
final class Candidates implements AutoCloseable {
  private final Snapshot snapshot;

  /** Records looked up by id; the snapshot may contain them too. */
  private final Map<String, StoredRecord> byId;

  private Candidates(Snapshot snapshot, Map<String, StoredRecord> byId) {
    this.snapshot = snapshot;
    this.byId = byId;
  }

  /** Reads all records of the type, or of all types if the type is empty. */
  static Candidates whole(Backend backend, String type) {
    Selection selection = type.isEmpty() ? Selection.all() : Selection.ofType(type);
    return new Candidates(backend.snapshot(selection), Map.of());
  }

  /**
   * Reads the records that the look-ups of a cover find.
   *
   * @return null if the feed lags behind the look-ups
   * @throws io.databroker.api.HistoryReplacedException if a clear came in between
   * @throws io.databroker.api.HistoryTrimmedException if a trim came in between
   */
  static @Nullable Candidates of(Backend backend, String type, Cover cover) {
    Position before = cover.ids().isEmpty() ? null : backend.versions().end();
    Map<String, StoredRecord> byId = new HashMap<>();
    for (String id : cover.ids()) {
      StoredRecord found = backend.get(type, id);
      if (found != null) {
        byId.put(id, found);
      }
    }
    FieldValue[] terms = cover.terms().toArray(new FieldValue[0]);
    Snapshot snapshot = backend.snapshot(Selection.where(type, terms));
    boolean current = false;
    try {
      current =
          before == null
              || before.equals(snapshot.position())
              || follow(backend, type, before, snapshot.position(), cover.ids(), byId);
      return current ? new Candidates(snapshot, byId) : null;
    } finally {
      if (!current) {
        snapshot.close();
      }
    }
  }

  /**
   * Updates records that were read between two positions to the second position. An unchanged
   * record is kept; for a changed record, the last change counts.
   *
   * @return false if the feed does not reach the second position, as while its engine is away
   */
  private static boolean follow(
      Backend backend,
      String type,
      Position from,
      Position to,
      Set<String> ids,
      Map<String, StoredRecord> byId) {
    try (ChangeFeed feed = backend.changes(from, type)) {
      Changes changes = feed.poll();
      while (changes != null) {
        for (StoredRecord record : changes.records()) {
          if (Long.compareUnsigned(record.version(), to.version()) > 0) {
            return true;
          }
          if (record.deleted()) {
            byId.remove(record.id());
          } else if (ids.contains(record.id())) {
            byId.put(record.id(), record);
          }
        }
        if (Long.compareUnsigned(changes.position().version(), to.version()) >= 0) {
          return true;
        }
        changes = feed.poll();
      }
      return false;
    }
  }

  Position position() {
    return snapshot.position();
  }

  Map<String, TypeOptions> options() {
    return snapshot.options();
  }

  /** Iterates over the records, each once; each call starts from the beginning. */
  Iterator<StoredRecord> records() {
    Iterator<StoredRecord> found = snapshot.records();
    if (byId.isEmpty()) {
      return found;
    }
    Map<String, StoredRecord> rest = new HashMap<>(byId);
    return new Iterator<>() {
      private @Nullable Iterator<StoredRecord> last;

      @Override
      public boolean hasNext() {
        return last == null ? found.hasNext() || !rest.isEmpty() : last.hasNext();
      }

      @Override
      public StoredRecord next() {
        if (last == null && found.hasNext()) {
          StoredRecord record = found.next();
          rest.remove(record.id());
          return record;
        }
        if (last == null) {
          last = rest.values().iterator();
        }
        return last.next();
      }
    };
  }

  @Override
  public void close() {
    snapshot.close();
  }
}
