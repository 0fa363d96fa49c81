package io.databroker.host.query;

import com.google.common.collect.Iterators;
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
  /** Number of records between two calls of the check. */
  private static final int CHECKED = 256;

  private final Snapshot snapshot;

  /** Records looked up by id; the snapshot may contain them too. */
  private final Map<String, StoredRecord> byId;

  private final Runnable check;

  private Candidates(Snapshot snapshot, Map<String, StoredRecord> byId, Runnable check) {
    this.snapshot = snapshot;
    this.byId = byId;
    this.check = check;
  }

  /**
   * Reads all records of the type, or of all types if the type is empty.
   *
   * @param check is called now and then, and may throw
   */
  static Candidates whole(Backend backend, String type, Runnable check) {
    Selection selection = type.isEmpty() ? Selection.all() : Selection.ofType(type);
    return new Candidates(backend.snapshot(selection), Map.of(), check);
  }

  /**
   * Reads the records that the look-ups of a cover find.
   *
   * @param check is called now and then, and may throw
   * @return null if the feed lags behind the look-ups
   * @throws io.databroker.api.HistoryReplacedException if a clear came in between
   * @throws io.databroker.api.HistoryTrimmedException if a trim came in between
   */
  static @Nullable Candidates of(Backend backend, String type, Cover cover, Runnable check) {
    Position before = cover.ids().isEmpty() ? null : backend.versions().end();
    Map<String, StoredRecord> byId = new HashMap<>();
    int read = 0;
    for (String id : cover.ids()) {
      if (++read % CHECKED == 0) {
        check.run();
      }
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
      return current ? new Candidates(snapshot, byId, check) : null;
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
   * @return false if the feed does not reach the second position, for example while its engine is
   *     away
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
    return Iterators.concat(
        byId.values().iterator(),
        Iterators.filter(checked(snapshot.records()), record -> !byId.containsKey(record.id())));
  }

  private Iterator<StoredRecord> checked(Iterator<StoredRecord> records) {
    return new Iterator<>() {
      private int read;

      @Override
      public boolean hasNext() {
        return records.hasNext();
      }

      @Override
      public StoredRecord next() {
        if (++read % CHECKED == 0) {
          check.run();
        }
        return records.next();
      }
    };
  }

  @Override
  public void close() {
    snapshot.close();
  }
}
