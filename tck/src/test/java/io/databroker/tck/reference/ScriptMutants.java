package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.feed;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.BackendContext;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Defects that depend on sizes, values or states, which only long or odd scripts reach. */
final class ScriptMutants {
  private ScriptMutants() {}

  static List<Mutant> all() {
    List<Mutant> all = new ArrayList<>(ofSizes());
    all.addAll(ofValues());
    all.addAll(ofState());
    all.addAll(ofSurface());
    return all;
  }

  private static List<Mutant> ofSizes() {
    return List.of(
        backend(
            "LIST-1",
            "list-stops-at-a-thousand",
            "lists a thousand types at most",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public List<String> listTypes() {
                    return super.listTypes().stream().limit(1_000).toList();
                  }
                }),
        backend(
            "SNAP-1",
            "snapshot-stops-at-a-thousand",
            "a snapshot of all holds a thousand records at most",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected List<StoredRecord> select(Selection selection) {
                    return super.select(selection).stream().limit(1_000).toList();
                  }
                }),
        writer(
            "FEED-2",
            "feed-splits-wide-batches",
            "delivers a batch of more than 512 changes in two answers",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void publish() {
                    super.publish();
                    if (changes.size() > 512) {
                      store.log.put(
                          changes.get(511).version(), List.copyOf(changes.subList(0, 512)));
                      store.log.put(
                          store.latest, List.copyOf(changes.subList(512, changes.size())));
                    }
                  }
                }),
        writer(
            "FEED-1",
            "feed-forgets-old-batches",
            "holds 1,024 batches and drops older ones without an error",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void publish() {
                    super.publish();
                    if (store.log.size() > 1_024) {
                      store.log.pollFirstEntry();
                    }
                  }
                }),
        writer(
            "CAP-5",
            "capacity-lowers-by-64",
            "a lowered capacity evicts 64 records at most",
            backend ->
                new ReferenceWriter(backend) {
                  private int evicted;
                  private boolean lowering;

                  @Override
                  protected void setOptions(String type, TypeOptions options) {
                    lowering = true;
                    super.setOptions(type, options);
                  }

                  @Override
                  protected void evict(StoredRecord victim) {
                    if (!lowering || evicted++ < 64) {
                      super.evict(victim);
                    }
                  }
                }));
  }

  private static List<Mutant> ofValues() {
    return List.of(
        backend(
            "GET-1",
            "get-by-hash-code",
            "does not distinguish ids of equal hash codes",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    synchronized (store) {
                      checkOpen();
                      return ofType(type).stream()
                          .filter(record -> record.id().hashCode() == id.hashCode())
                          .findFirst()
                          .orElse(null);
                    }
                  }
                }),
        backend(
            "LEASE-1",
            "lease-by-hash-code",
            "does not distinguish lease names of equal hash codes",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      boolean held =
                          store.leases.values().stream()
                              .anyMatch(
                                  lease ->
                                      lease.name().hashCode() == name.hashCode() && lasts(lease));
                      return held ? null : super.acquireLease(name, duration);
                    }
                  }
                }),
        backend(
            "LEASE-3",
            "lease-never-shortened",
            "a renewal never makes the end earlier",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    synchronized (store) {
                      Lease held = store.leases.get(name);
                      Lease renewed = super.renewLease(name, token, duration);
                      if (held == null
                          || renewed == null
                          || renewed.expiresAt().isAfter(held.expiresAt())) {
                        return renewed;
                      }
                      store.leases.put(name, held);
                      return held;
                    }
                  }
                }),
        backend(
            "TRIM-1",
            "trim-cuts-to-microseconds",
            "cuts the instant to the microsecond, so that slightly older changes stay",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public long trim(Instant before) {
                    return super.trim(before.truncatedTo(ChronoUnit.MICROS));
                  }
                }),
        backend(
            "CHECK-1",
            "checkpoint-of-positive-numbers",
            "reads a negative record version back as 0",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public void setCheckpoint(Checkpoint checkpoint) {
                    super.setCheckpoint(
                        new Checkpoint(
                            checkpoint.serverVersion(), Math.max(0, checkpoint.recordVersion())));
                  }
                }));
  }

  private static List<Mutant> ofState() {
    return List.of(
        backend(
            "VER-5",
            "clear-keeps-the-first-version",
            "after a trim and a clear, returns the first version from before the clear",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private long first;

                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      first = store.trimmed > store.begun ? store.trimmed + 1 : 0;
                      return super.clear();
                    }
                  }

                  @Override
                  public io.databroker.api.Versions versions() {
                    io.databroker.api.Versions told = super.versions();
                    return first == 0 || told.earliest() <= told.latest()
                        ? told
                        : new io.databroker.api.Versions(
                            told.serverVersion(), first, told.latest());
                  }
                }),
        feed(
            "FEED-8",
            "signal-keeps-the-first",
            "a second onReady is ignored while the first signal waits",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  public void onReady(Runnable second) {
                    synchronized (store) {
                      if (signal == null) {
                        super.onReady(second);
                      }
                    }
                  }
                }),
        new Mutant(
            "third-reopen-loses-the-name",
            "VER-7",
            "the third reopen begins a new history",
            new ThirdOpen(),
            true));
  }

  private static List<Mutant> ofSurface() {
    return List.of(
        backend(
            "LIST-3",
            "list-of-an-array",
            "returns a list that can be sorted and replaced, but not added to",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public List<String> listTypes() {
                    return Arrays.asList(super.listTypes().toArray(new String[0]));
                  }
                }),
        backend(
            "OPT-1",
            "options-with-open-entries",
            "returns a map whose entries can be set",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Map<String, TypeOptions> options() {
                    Set<Map.Entry<String, TypeOptions>> entries = new LinkedHashSet<>();
                    super.options()
                        .forEach(
                            (type, set) -> entries.add(new AbstractMap.SimpleEntry<>(type, set)));
                    return new AbstractMap<>() {
                      @Override
                      public Set<Entry<String, TypeOptions>> entrySet() {
                        return java.util.Collections.unmodifiableCollection(entries).stream()
                            .collect(
                                java.util.stream.Collectors.collectingAndThen(
                                    java.util.stream.Collectors.toCollection(LinkedHashSet::new),
                                    java.util.Collections
                                        ::<Entry<String, TypeOptions>>unmodifiableSet));
                      }
                    };
                  }
                }),
        backend(
            "ERR-4",
            "get-swallows-the-interrupt",
            "a get clears the thread's interrupt flag",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    boolean swallowed = Thread.interrupted();
                    return super.get(type, swallowed ? id + "" : id);
                  }
                }),
        backend(
            "FEED-7",
            "replaced-names-swapped",
            "history-replaced swaps the names of the two histories",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected void checkPosition(Position from) {
                    if (from.serverVersion() != store.serverVersion) {
                      throw new HistoryReplacedException(store.serverVersion, from.serverVersion());
                    }
                    super.checkPosition(from);
                  }
                }),
        backend(
            "FEED-5",
            "trimmed-names-the-last",
            "history-trimmed names the last change instead of the first one held",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected void checkPosition(Position from) {
                    try {
                      super.checkPosition(from);
                    } catch (HistoryTrimmedException e) {
                      throw new HistoryTrimmedException(e.asked(), store.latest);
                    }
                  }
                }));
  }

  private static final class ThirdOpen extends ReferenceProvider {
    private final Map<Store, Integer> opens = new HashMap<>();

    @Override
    protected synchronized io.databroker.api.Backend backend(Store store, BackendContext context) {
      if (opens.merge(store, 1, Integer::sum) == 4) {
        synchronized (store) {
          store.serverVersion = Store.newServerVersion();
        }
      }
      return super.backend(store, context);
    }
  }
}
