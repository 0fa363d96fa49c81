package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.over;

import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.support.ForwardingSnapshot;
import io.databroker.tck.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Snapshots that are not of one instant, or do not stay as they were. */
final class SnapshotStrangers {
  private SnapshotStrangers() {}

  static List<Stranger> all() {
    return List.of(
        over(
            "SNAP-3",
            "options-of-now",
            "a snapshot returns the options that are in force when they are read",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(inner.snapshot(selection)) {
                      @Override
                      public Map<String, TypeOptions> options() {
                        return inner.options();
                      }
                    };
                  }
                }),
        over(
            "SNAP-3 OPT-1",
            "options-map-of-the-caller",
            "the map of a snapshot's options can be changed by the caller",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Snapshot snapshot = inner.snapshot(selection);
                    Map<String, TypeOptions> options = new TreeMap<>(snapshot.options());
                    return new ForwardingSnapshot(snapshot) {
                      @Override
                      public Map<String, TypeOptions> options() {
                        super.options();
                        return options;
                      }
                    };
                  }
                }),
        over(
            "SNAP-3",
            "iterators-share-a-cursor",
            "an iterator continues where an earlier one, which was not read to its end, stopped",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(inner.snapshot(selection)) {
                      private Iterator<StoredRecord> current = List.<StoredRecord>of().iterator();

                      @Override
                      public Iterator<StoredRecord> records() {
                        Iterator<StoredRecord> fresh = super.records();
                        if (!current.hasNext()) {
                          current = fresh;
                        }
                        return current;
                      }
                    };
                  }
                }),
        backend(
            "SNAP-4 SNAP-3 SNAP-1",
            "reads-payloads-when-iterated",
            "keeps the keys alone; a record that was deleted and trimmed meanwhile is left out",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(super.snapshot(selection)) {
                      @Override
                      public Iterator<StoredRecord> records() {
                        List<StoredRecord> found = new ArrayList<>();
                        Iterator<StoredRecord> all = super.records();
                        while (all.hasNext()) {
                          StoredRecord record = all.next();
                          synchronized (store) {
                            StoredRecord live =
                                store
                                    .live
                                    .getOrDefault(record.type(), new LinkedHashMap<>())
                                    .get(record.id());
                            boolean held =
                                Long.compareUnsigned(record.version(), store.trimmed) > 0
                                    || record.equals(live);
                            if (held) {
                              found.add(record);
                            }
                          }
                        }
                        return found.iterator();
                      }
                    };
                  }
                }),
        over(
            "SNAP-5 SNAP-2",
            "position-of-the-type",
            "the position of a snapshot of one type is the last version of its records",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Snapshot snapshot = inner.snapshot(selection);
                    if (!(selection instanceof Selection.OfType)) {
                      return snapshot;
                    }
                    long last = 0;
                    Iterator<StoredRecord> records = snapshot.records();
                    while (records.hasNext()) {
                      last = Math.max(last, records.next().version());
                    }
                    Position position =
                        last == 0
                            ? snapshot.position()
                            : new Position(snapshot.position().serverVersion(), last);
                    return new ForwardingSnapshot(snapshot) {
                      @Override
                      public Position position() {
                        super.position();
                        return position;
                      }
                    };
                  }
                }),
        over(
            "SNAP-8",
            "an-iterator-at-its-end-outlives-close",
            "after the snapshot was closed, an iterator at its end does not fail with closed",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(inner.snapshot(selection)) {
                      @Override
                      public Iterator<StoredRecord> records() {
                        Iterator<StoredRecord> records = super.records();
                        return new Iterator<>() {
                          private boolean ended;

                          @Override
                          public boolean hasNext() {
                            ended = ended || !records.hasNext();
                            return !ended;
                          }

                          @Override
                          public StoredRecord next() {
                            return records.next();
                          }
                        };
                      }
                    };
                  }
                }),
        over(
            "CLOSE-2 INDEX-2 SNAP-8",
            "look-ups-outlive-close",
            "the iterator of a look-up goes on after the backend was closed",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Snapshot snapshot = inner.snapshot(selection);
                    if (!(selection instanceof Selection.Where)) {
                      return snapshot;
                    }
                    return new ForwardingSnapshot(snapshot) {
                      @Override
                      public Iterator<StoredRecord> records() {
                        List<StoredRecord> found = new ArrayList<>();
                        super.records().forEachRemaining(found::add);
                        return found.iterator();
                      }
                    };
                  }
                }),
        over(
            "SNAP-1 SNAP-2",
            "large-snapshots-in-two-reads",
            "a snapshot of over 1,500 records reads the second half after the first",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Snapshot first = inner.snapshot(selection);
                    List<StoredRecord> records = new ArrayList<>();
                    first.records().forEachRemaining(records::add);
                    if (records.size() <= 1_500) {
                      return first;
                    }
                    Stranger.pause();
                    List<StoredRecord> late = new ArrayList<>(records.subList(0, 750));
                    Set<List<String>> seen = new HashSet<>();
                    late.forEach(it -> seen.add(List.of(it.type(), it.id())));
                    try (Snapshot second = inner.snapshot(selection)) {
                      second
                          .records()
                          .forEachRemaining(
                              it -> {
                                if (seen.add(List.of(it.type(), it.id()))) {
                                  late.add(it);
                                }
                              });
                    }
                    return new ListedSnapshot(first, late);
                  }
                }));
  }
}
