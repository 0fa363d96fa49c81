package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;

import io.databroker.api.ClosedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.support.ForwardingSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Snapshots that mix versions, or that later writes change. */
final class SnapshotMutants {
  private SnapshotMutants() {}

  static List<Mutant> all() {
    return List.of(
        selecting(
            "SNAP-1",
            "snapshot-loses-the-youngest",
            "a large snapshot lacks the record that was written last",
            (backend, records, selection) -> {
              if (records.size() > 100) {
                records.remove(records.size() - 1);
              }
              return records;
            }),
        selecting(
            "SNAP-1",
            "snapshot-of-a-prefix",
            "a snapshot of a type also holds types whose names begin with its name",
            (backend, records, selection) -> {
              if (!(selection instanceof Selection.OfType ofType)) {
                return records;
              }
              List<StoredRecord> all = backend.store.all();
              all.removeIf(record -> !record.type().startsWith(ofType.type()));
              return all;
            }),
        backend(
            "SNAP-2",
            "snapshot-newer-than-its-version",
            "reads its version, releases the lock, and then reads the records",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Position position = versions().end();
                    Snapshot later = super.snapshot(selection);
                    return new ForwardingSnapshot(later) {
                      @Override
                      public Position position() {
                        return position;
                      }
                    };
                  }
                }),
        backend(
            "SNAP-2",
            "snapshot-older-than-its-version",
            "reads the records, releases the lock, and then reads its version",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Snapshot earlier = super.snapshot(selection);
                    Position position = versions().end();
                    return new ForwardingSnapshot(earlier) {
                      @Override
                      public Position position() {
                        return position;
                      }
                    };
                  }
                }),
        backend(
            "SNAP-2",
            "snapshot-with-live-options",
            "returns the current options instead of those at its version",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(super.snapshot(selection)) {
                      @Override
                      public Map<String, TypeOptions> options() {
                        return store.options;
                      }
                    };
                  }
                }),
        backend(
            "SNAP-3",
            "snapshot-reads-when-asked",
            "selects the records at each call of records()",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(super.snapshot(selection)) {
                      @Override
                      public Iterator<StoredRecord> records() {
                        super.records();
                        synchronized (store) {
                          return List.copyOf(select(selection)).iterator();
                        }
                      }
                    };
                  }
                }),
        backend(
            "SNAP-4",
            "snapshot-empty-after-a-clear",
            "a snapshot that a clear invalidated is empty, without an error",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    long of = versions().serverVersion();
                    return new ForwardingSnapshot(super.snapshot(selection)) {
                      @Override
                      public Iterator<StoredRecord> records() {
                        Iterator<StoredRecord> right = super.records();
                        return versions().serverVersion() == of
                            ? right
                            : List.<StoredRecord>of().iterator();
                      }
                    };
                  }
                }),
        backend(
            "SNAP-4",
            "snapshot-loses-what-was-trimmed",
            "holds only records whose changes are still in the history",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private volatile boolean trimmed;

                  @Override
                  public long trim(Instant before) {
                    long dropped = super.trim(before);
                    trimmed |= dropped > 0;
                    return dropped;
                  }

                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(super.snapshot(selection)) {
                      @Override
                      public Iterator<StoredRecord> records() {
                        List<StoredRecord> held = new ArrayList<>();
                        super.records().forEachRemaining(held::add);
                        held.removeIf(record -> trimmed);
                        return held.iterator();
                      }
                    };
                  }
                }),
        positioned(
            "SNAP-5",
            "snapshot-one-too-early",
            "its position is one version too early, so that a feed repeats a change",
            (position, records) -> new Position(position.serverVersion(), position.version() - 1)),
        positioned(
            "SNAP-6",
            "empty-snapshot-without-a-position",
            "an empty snapshot has the position of version 0",
            (position, records) ->
                records.hasNext() ? position : new Position(position.serverVersion(), 0)),
        backend(
            "SNAP-7",
            "snapshot-holds-up-writers",
            "writes wait while a snapshot is open",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private int open;

                  @Override
                  public Snapshot snapshot(Selection selection) {
                    synchronized (store) {
                      open++;
                      return new ForwardingSnapshot(super.snapshot(selection)) {
                        @Override
                        public void close() {
                          synchronized (store) {
                            open--;
                            store.notifyAll();
                          }
                          super.close();
                        }
                      };
                    }
                  }

                  @Override
                  protected ReferenceWriter writer() {
                    while (open > 0 && !closed) {
                      try {
                        store.wait(100);
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        break;
                      }
                    }
                    return super.writer();
                  }
                }),
        backend(
            "SNAP-8",
            "snapshot-works-after-its-close",
            "a closed snapshot still returns its records",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(super.snapshot(selection)) {
                      @Override
                      public void close() {
                        // stays open
                      }
                    };
                  }
                }),
        backend(
            "SNAP-8",
            "snapshot-closed-once",
            "closing a snapshot again fails",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    return new ForwardingSnapshot(super.snapshot(selection)) {
                      private boolean closed;

                      @Override
                      public void close() {
                        if (closed) {
                          throw new ClosedException("the snapshot");
                        }
                        closed = true;
                        super.close();
                      }
                    };
                  }
                }));
  }

  private interface Selecting {
    List<StoredRecord> select(
        ReferenceBackend backend, List<StoredRecord> right, Selection selection);
  }

  private static Mutant selecting(String rule, String name, String defect, Selecting selecting) {
    return backend(
        rule,
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              protected List<StoredRecord> select(Selection selection) {
                return selecting.select(this, super.select(selection), selection);
              }
            });
  }

  private interface Placing {
    Position position(Position right, Iterator<StoredRecord> records);
  }

  private static Mutant positioned(String rule, String name, String defect, Placing placing) {
    return backend(
        rule,
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              public Snapshot snapshot(Selection selection) {
                return new ForwardingSnapshot(super.snapshot(selection)) {
                  @Override
                  public Position position() {
                    Versions all = versions();
                    Position right = super.position();
                    return all.latest() == 0 ? right : placing.position(right, records());
                  }
                };
              }
            });
  }
}
