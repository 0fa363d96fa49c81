package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.over;

import io.databroker.api.FieldValue;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.support.ForwardingSnapshot;
import io.databroker.tck.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Defects of lists of types, snapshots and look-ups. */
final class ThirdReads {
  private ThirdReads() {}

  static List<Stranger> all() {
    return List.of(
        backend(
            "LIST-1 LIST-4 CLEAR-1",
            "the-list-is-kept-while-its-size-fits",
            "builds the list again only if the number of types has changed",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private List<String> kept = List.of();

                  @Override
                  public List<String> listTypes() {
                    synchronized (store) {
                      List<String> now = super.listTypes();
                      kept = now.size() == kept.size() ? kept : now;
                      return kept;
                    }
                  }
                }),
        backend(
            "SNAP-2 INDEX-1 INDEX-3 INDEX-4 OPT-1",
            "snapshots-are-cached-by-version",
            "returns the last snapshot again until a version is taken, even if options changed",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private List<Object> key = List.of();
                  private List<StoredRecord> records = List.of();

                  @Override
                  protected List<StoredRecord> select(Selection selection) {
                    List<Object> wanted = List.of(store.serverVersion, store.latest, selection);
                    if (!wanted.equals(key)) {
                      key = wanted;
                      records = super.select(selection);
                    }
                    return records;
                  }
                }),
        backend(
            "SNAP-8 SNAP-3 SNAP-1",
            "closing-a-snapshot-closes-its-twin",
            "equal snapshots of one version are one: closing it once closes all",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private List<Object> key = List.of();
                  private @Nullable Snapshot last;

                  @Override
                  public Snapshot snapshot(Selection selection) {
                    synchronized (store) {
                      List<Object> wanted =
                          List.of(store.serverVersion, store.latest, options(), selection);
                      if (last == null || !wanted.equals(key)) {
                        last = forgetting(super.snapshot(selection));
                        key = wanted;
                      }
                      return last;
                    }
                  }

                  private Snapshot forgetting(Snapshot taken) {
                    return new ForwardingSnapshot(taken) {
                      @Override
                      public void close() {
                        super.close();
                        synchronized (store) {
                          key = List.of();
                        }
                      }
                    };
                  }
                }),
        over(
            "SNAP-3",
            "iterators-can-remove",
            "removing through an iterator removes from the snapshot",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return removable(inner.snapshot(selection));
                  }
                }),
        backend(
            "SNAP-2 CLEAR-5",
            "a-position-of-two-histories",
            "reads the version of a snapshot, and a moment later the name of the history",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Snapshot taken = super.snapshot(selection);
                    Stranger.pause();
                    Position named =
                        new Position(versions().serverVersion(), taken.position().version());
                    return new ForwardingSnapshot(taken) {
                      @Override
                      public Position position() {
                        super.position();
                        return named;
                      }
                    };
                  }
                }),
        over(
            "INDEX-1",
            "any-of-32-values",
            "a look-up by more than 32 values looks for 32 of them",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    if (selection instanceof Selection.Where where && where.anyOf().size() > 32) {
                      Set<FieldValue> some =
                          where.anyOf().stream().limit(32).collect(Collectors.toSet());
                      return inner.snapshot(new Selection.Where(where.type(), some));
                    }
                    return inner.snapshot(selection);
                  }
                }),
        backend(
            "CAP-3",
            "a-get-makes-a-record-young",
            "evicts the record that was read or written longest ago",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    synchronized (store) {
                      StoredRecord found = super.get(type, id);
                      if (found != null) {
                        LinkedHashMap<String, StoredRecord> ofType = store.live.get(type);
                        ofType.remove(id);
                        ofType.put(id, found);
                      }
                      return found;
                    }
                  }
                }));
  }

  private static Snapshot removable(Snapshot inner) {
    List<StoredRecord> records = new ArrayList<>();
    inner.records().forEachRemaining(records::add);
    return new ForwardingSnapshot(inner) {
      @Override
      public Iterator<StoredRecord> records() {
        Iterator<StoredRecord> closable = super.records();
        Iterator<StoredRecord> own = records.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            boolean unread = closable.hasNext(); // fails when it is closed
            return own.hasNext() || (unread && own.hasNext());
          }

          @Override
          public StoredRecord next() {
            return hasNext() ? own.next() : closable.next();
          }

          @Override
          public void remove() {
            own.remove();
          }
        };
      }
    };
  }
}
