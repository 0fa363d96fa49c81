package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.durable;
import static io.databroker.tck.strangers.Stranger.over;
import static io.databroker.tck.strangers.Stranger.writer;

import io.databroker.api.BackendContext;
import io.databroker.api.CodePointOrder;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceWriter;
import io.databroker.tck.reference.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Wrong options, capacities and expiries. */
final class OptionStrangers {
  private OptionStrangers() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(options());
    all.addAll(capacities());
    all.addAll(ages());
    all.addAll(expiries());
    return all;
  }

  private static List<Stranger> options() {
    return List.of(
        new Kept("unlimited-is-no-limit", "the largest capacity is read back as none") {
          @Override
          TypeOptions kept(TypeOptions it) {
            Long capacity = it.capacity();
            return capacity != null && capacity == -1L
                ? new TypeOptions(null, it.ttl(), it.indexedFields())
                : it;
          }
        }.stranger(),
        new Kept("ttl-in-microseconds", "a TTL is cut to microseconds") {
          @Override
          TypeOptions kept(TypeOptions it) {
            Duration ttl = it.ttl();
            return ttl == null || ttl.toNanos() < 1_000
                ? it
                : it.withTtl(Duration.ofNanos(ttl.toNanos() / 1_000 * 1_000));
          }
        }.stranger(),
        new Kept("fields-in-order", "indexed fields are read back sorted") {
          @Override
          TypeOptions kept(TypeOptions it) {
            return new TypeOptions(
                it.capacity(), it.ttl(), it.indexedFields().stream().sorted().toList());
          }
        }.stranger(),
        backend(
            "OPT-2",
            "options-expire-with-the-records",
            "an expiry that deletes the last record of a type removes its options",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public long expire() {
                    synchronized (store) {
                      Set<String> before = Set.copyOf(store.live.keySet());
                      long expired = super.expire();
                      for (String type : before) {
                        if (!store.live.containsKey(type)) {
                          store.options.remove(type);
                        }
                      }
                      return expired;
                    }
                  }
                }),
        over(
            "OPT-1",
            "none-leaves-an-entry",
            "setting no options leaves an empty entry in the map",
            inner ->
                new Passing(inner) {
                  private final Set<String> emptied = new HashSet<>();

                  @Override
                  public synchronized void setOptions(String type, TypeOptions options) {
                    boolean had = inner.options().containsKey(type);
                    inner.setOptions(type, options);
                    if (options.isEmpty() && had) {
                      emptied.add(type);
                    } else {
                      emptied.remove(type);
                    }
                  }

                  @Override
                  public synchronized Map<String, TypeOptions> options() {
                    Map<String, TypeOptions> all = new TreeMap<>(CodePointOrder.INSTANCE);
                    all.putAll(inner.options());
                    emptied.forEach(type -> all.putIfAbsent(type, TypeOptions.NONE));
                    return Collections.unmodifiableMap(all);
                  }
                }));
  }

  /** Options that are not read back as they were set, although they work as set. */
  private abstract static class Kept {
    private final String name;
    private final String defect;

    Kept(String name, String defect) {
      this.name = name;
      this.defect = defect;
    }

    abstract TypeOptions kept(TypeOptions set);

    Stranger stranger() {
      return backend("OPT-1", name, defect, this::backend0);
    }

    private ReferenceBackend backend0(Store store, BackendContext context) {
      return new ReferenceBackend(store, context) {
        @Override
        public void setOptions(String type, TypeOptions options) {
          super.setOptions(type, options.isEmpty() ? options : kept(options));
        }
      };
    }
  }

  private static List<Stranger> capacities() {
    return List.of(
        writer(
            "CAP-2",
            "evicts-type-by-type",
            "evicts the types of a batch one after the other if one has over 20 records",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(Set<String> types) {
                    boolean large =
                        types.stream()
                            .anyMatch(
                                it ->
                                    store.live.getOrDefault(it, new LinkedHashMap<>()).size() > 20);
                    if (large) {
                      types.forEach(type -> super.evict(Set.of(type)));
                    } else {
                      super.evict(types);
                    }
                  }
                }),
        writer(
            "CAP-1 CAP-2",
            "deletes-make-no-room",
            "counts a batch's new records against the capacity, but not its deletes",
            backend ->
                new ReferenceWriter(backend) {
                  private final Map<String, Integer> deleted = new HashMap<>();

                  @Override
                  protected StoredRecord apply(Write write) {
                    StoredRecord result = super.apply(write);
                    if (write instanceof Write.Delete && result.version() > 0) {
                      deleted.merge(write.type(), 1, Integer::sum);
                    }
                    return result;
                  }

                  @Override
                  protected void evict(Set<String> types) {
                    super.evict(types);
                    deleted.forEach(
                        (type, count) -> {
                          Long capacity =
                              store.options.getOrDefault(type, TypeOptions.NONE).capacity();
                          LinkedHashMap<String, StoredRecord> live =
                              store.live.getOrDefault(type, new LinkedHashMap<>());
                          if (capacity != null && live.size() == capacity && live.size() > 0) {
                            evict(live.values().iterator().next());
                          }
                        });
                  }
                }),
        backend(
            "CAP-5",
            "options-before-evictions",
            "a lower capacity becomes visible before the records over it are evicted",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    synchronized (store) {
                      checkOpen();
                      if (options.capacity() != null && options.indexedFields().isEmpty()) {
                        store.options.put(type, options);
                      }
                    }
                    Stranger.pause();
                    super.setOptions(type, options);
                  }
                }),
        writer(
            "CAP-1 RESTORE-1 RESTORE-3",
            "restores-over-capacity",
            "a restored batch that has a deleted record evicts nothing",
            backend ->
                new ReferenceWriter(backend) {
                  private boolean exempt;

                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    exempt = records.stream().anyMatch(StoredRecord::deleted);
                    return super.restore(records);
                  }

                  @Override
                  protected void evict(Set<String> types) {
                    if (!exempt) {
                      super.evict(types);
                    }
                  }
                }));
  }

  private static List<Stranger> ages() {
    return List.of(
        writer(
            "CAP-3 RESTORE-3",
            "evicts-by-time",
            "evicts the records with the earliest time, not the earliest version",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(Set<String> types) {
                    for (String type : types) {
                      LinkedHashMap<String, StoredRecord> live = store.live.get(type);
                      if (live != null) {
                        List<StoredRecord> byTime = new ArrayList<>(live.values());
                        byTime.sort(Comparator.comparing(StoredRecord::modifiedAt));
                        live.clear();
                        byTime.forEach(it -> live.put(it.id(), it));
                      }
                    }
                    super.evict(types);
                  }
                }),
        writer(
            "PUT-12 CAP-2",
            "evictions-keep-their-time",
            "the delete of an eviction has the time at which its record was written",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(StoredRecord victim) {
                    Instant clock = now;
                    now = victim.modifiedAt();
                    super.evict(victim);
                    now = clock;
                  }
                }),
        durable(
            "CAP-3 CAPA-1",
            "a-reopen-orders-by-id",
            "after a reopen, eviction takes the records in the order of their ids",
            (store, context) -> {
              for (LinkedHashMap<String, StoredRecord> live : store.live.values()) {
                List<StoredRecord> byId = new ArrayList<>(live.values());
                byId.sort(Comparator.comparing(StoredRecord::id));
                live.clear();
                byId.forEach(it -> live.put(it.id(), it));
              }
              return new ReferenceBackend(store, context);
            }),
        backend(
            "TRIM-2",
            "a-trim-forgets-the-order",
            "records whose write was trimmed are evicted in the order of their ids",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public long trim(Instant before) {
                    synchronized (store) {
                      final long trimmed = super.trim(before);
                      for (LinkedHashMap<String, StoredRecord> live : store.live.values()) {
                        List<StoredRecord> sorted = new ArrayList<>(live.values());
                        sorted.sort(
                            Comparator.comparing(
                                    (StoredRecord it) ->
                                        it.version() <= store.trimmed ? 0 : it.version())
                                .thenComparing(StoredRecord::id));
                        live.clear();
                        sorted.forEach(it -> live.put(it.id(), it));
                      }
                      return trimmed;
                    }
                  }
                }));
  }

  private static List<Stranger> expiries() {
    return List.of(
        backend(
            "TTL-1",
            "a-ttl-is-for-later-records",
            "a TTL that is set on a type without one does not apply to existing records",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<String, Long> since = new HashMap<>();

                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    synchronized (store) {
                      TypeOptions old = store.options.getOrDefault(type, TypeOptions.NONE);
                      if (old.ttl() == null && options.ttl() != null) {
                        since.put(type, store.latest);
                      }
                      super.setOptions(type, options);
                    }
                  }

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      @Override
                      protected boolean expired(StoredRecord live, Duration ttl) {
                        @Nullable Long from = since.get(live.type());
                        return (from == null || live.version() > from) && super.expired(live, ttl);
                      }
                    };
                  }
                }),
        over(
            "TTL-4",
            "expire-counts-to-100",
            "expire returns at most 100",
            inner ->
                new Passing(inner) {
                  @Override
                  public long expire() {
                    return Math.min(100, inner.expire());
                  }
                }),
        writer(
            "TTL-1",
            "expires-2500-at-most",
            "one expire deletes at most 2,500 records of a type",
            backend ->
                new ReferenceWriter(backend) {
                  private final Map<String, Integer> expired = new HashMap<>();

                  @Override
                  protected void expire(StoredRecord live) {
                    if (expired.merge(live.type(), 1, Integer::sum) <= 2_500) {
                      super.expire(live);
                    }
                  }
                }),
        writer(
            "RESTORE-4 TTL-1",
            "stops-at-the-first-young-one",
            "looks at the records in the order of their writes, and stops at one not expired",
            backend ->
                new ReferenceWriter(backend) {
                  private final Set<String> done = new HashSet<>();

                  @Override
                  protected boolean expired(StoredRecord live, Duration ttl) {
                    if (done.contains(live.type())) {
                      return false;
                    }
                    boolean expired = super.expired(live, ttl);
                    if (!expired) {
                      done.add(live.type());
                    }
                    return expired;
                  }
                }));
  }
}
