package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.over;
import static io.databroker.tck.strangers.Stranger.writer;

import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.FieldValue;
import io.databroker.api.Lease;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.support.ForwardingSnapshot;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceWriter;
import io.databroker.tck.reference.Store;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Iterators, clears, renewals and evictions that are wrong at their edges. */
final class FourthValues {
  private FourthValues() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(iterators());
    all.addAll(calls());
    all.addAll(evictions());
    return all;
  }

  private static Stranger iterator(
      String name, String defect, Function<Iterator<StoredRecord>, Iterator<StoredRecord>> wrong) {
    return over(
        "SNAP-1 SNAP-3",
        name,
        defect,
        inner ->
            new Passing(inner) {
              @Override
              public Snapshot snapshot(Selection selection) {
                return new ForwardingSnapshot(inner.snapshot(selection)) {
                  @Override
                  public Iterator<StoredRecord> records() {
                    return wrong.apply(super.records());
                  }
                };
              }
            });
  }

  private static List<Stranger> iterators() {
    return List.of(
        iterator(
            "has-next-moves-on",
            "each call of hasNext reads a record",
            records ->
                new Iterator<>() {
                  private @Nullable StoredRecord read;

                  @Override
                  public boolean hasNext() {
                    read = records.hasNext() ? records.next() : null;
                    return read != null;
                  }

                  @Override
                  public StoredRecord next() {
                    StoredRecord next = read == null ? records.next() : read;
                    read = null;
                    return next;
                  }
                }),
        iterator(
            "next-needs-has-next",
            "next returns the same record again if hasNext was not called in between",
            records ->
                new Iterator<>() {
                  private @Nullable StoredRecord current;
                  private boolean asked;

                  @Override
                  public boolean hasNext() {
                    asked = true;
                    return records.hasNext();
                  }

                  @Override
                  public StoredRecord next() {
                    StoredRecord again = current;
                    if (asked || again == null) {
                      again = records.next();
                    }
                    asked = false;
                    current = again;
                    return again;
                  }
                }),
        iterator(
            "next-returns-null-at-the-end",
            "next returns null at the end",
            records ->
                new Iterator<>() {
                  @Override
                  public boolean hasNext() {
                    return records.hasNext();
                  }

                  @Override
                  @SuppressWarnings("NullAway") // the defect
                  public StoredRecord next() {
                    try {
                      return records.next();
                    } catch (NoSuchElementException end) {
                      return null;
                    }
                  }
                }),
        iterator(
            "next-repeats-the-last",
            "next returns the last record again at the end",
            records ->
                new Iterator<>() {
                  private @Nullable StoredRecord last;

                  @Override
                  public boolean hasNext() {
                    return records.hasNext();
                  }

                  @Override
                  public StoredRecord next() {
                    StoredRecord end = last;
                    if (end != null && !records.hasNext()) {
                      return end;
                    }
                    last = records.next();
                    return last;
                  }
                }));
  }

  /** A clear that begins no new history if there is nothing to clear. */
  private static Stranger idleClear(
      String rules, String name, String words, Predicate<Store> isIdle) {
    return backend(
        rules,
        name,
        words,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              public ClearResult clear() {
                synchronized (store) {
                  checkOpen();
                  if (isIdle.test(store)) {
                    store.options.clear();
                    store.checkpoint = Checkpoint.NONE;
                    return new ClearResult(store.serverVersion, store.serverVersion);
                  }
                  return super.clear();
                }
              }
            });
  }

  private static List<Stranger> calls() {
    return List.of(
        idleClear(
            "CLEAR-3",
            "a-clear-of-nothing-is-a-no-op",
            "a clear of a store without records keeps the history",
            store -> store.live.isEmpty()),
        idleClear(
            "CLEAR-3 FEED-11",
            "a-second-clear-is-a-no-op",
            "a clear of a history without changes keeps its name",
            store -> store.latest == store.begun),
        backend(
            "LEASE-3",
            "shorter-renewals-are-ignored",
            "returns the end of a renewal that is shorter, and keeps the later end",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    synchronized (store) {
                      Lease held = store.leases.get(name);
                      Lease renewed = super.renewLease(name, token, duration);
                      if (held != null
                          && renewed != null
                          && held.expiresAt().isAfter(renewed.expiresAt())) {
                        store.leases.put(name, held);
                      }
                      return renewed;
                    }
                  }
                }),
        backend(
            "INDEX-1",
            "an-empty-value-is-none",
            "a record whose indexed field is empty is in no index",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected List<StoredRecord> select(Selection selection) {
                    if (!(selection instanceof Selection.Where where)) {
                      return super.select(selection);
                    }
                    Set<FieldValue> full = new HashSet<>(where.anyOf());
                    full.removeIf(term -> term.value().isEmpty());
                    return full.isEmpty()
                        ? List.of()
                        : super.select(new Selection.Where(where.type(), full));
                  }
                }));
  }

  private static List<Stranger> evictions() {
    return List.of(
        writer(
            "PUT-12 CAP-2 RESTORE-5 FEED-14",
            "evictions-have-the-time-of-their-record",
            "an eviction has the time at which the evicted record was written",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(StoredRecord victim) {
                    now = victim.modifiedAt();
                    super.evict(victim);
                  }
                }),
        writer(
            "PUT-12 CAP-2 RESTORE-5",
            "evictions-a-microsecond-later",
            "the evictions of a batch are a microsecond later than its writes",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(Set<String> types) {
                    now = now.plus(1, ChronoUnit.MICROS);
                    super.evict(types);
                  }
                }),
        writer(
            "PUT-12 CAP-2 RESTORE-5",
            "evictions-read-the-clock",
            "each eviction reads the clock again",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(StoredRecord victim) {
                    now = backend.now();
                    super.evict(victim);
                  }
                }),
        writer(
            "RESTORE-5",
            "evictions-of-a-restore-read-the-clock",
            "the evictions of a restored batch have the time of the clock",
            backend ->
                new ReferenceWriter(backend) {
                  private boolean restoring;

                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    restoring = true;
                    return super.restore(records);
                  }

                  @Override
                  protected void evict(StoredRecord victim) {
                    now = restoring ? backend.now() : now;
                    super.evict(victim);
                  }
                }));
  }
}
