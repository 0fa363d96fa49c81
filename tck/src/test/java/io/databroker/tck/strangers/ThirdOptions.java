package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.writer;

import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Defects of capacities and of TTLs. */
final class ThirdOptions {
  private ThirdOptions() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(capacities());
    all.addAll(ttls());
    return all;
  }

  private static List<Stranger> capacities() {
    return List.of(
        backend(
            "CAP-1 CAP-5",
            "counts-only-under-a-capacity",
            "counts the records of a type only while it has a capacity",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<String, Integer> counts = new HashMap<>();

                  private void count(String type, int more) {
                    if (store.options.getOrDefault(type, TypeOptions.NONE).capacity() != null) {
                      counts.merge(type, more, Integer::sum);
                    }
                  }

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      @Override
                      protected StoredRecord store(
                          String type, String id, io.databroker.api.Bytes payload) {
                        if (live(type, id) == null) {
                          count(type, 1);
                        }
                        return super.store(type, id, payload);
                      }

                      @Override
                      protected void remove(StoredRecord live) {
                        count(live.type(), -1);
                        super.remove(live);
                      }

                      @Override
                      protected void setOptions(String type, TypeOptions options) {
                        if (options.capacity() != null) {
                          counts.putIfAbsent(type, ofType(type).size());
                        }
                        super.setOptions(type, options);
                      }

                      @Override
                      protected void evict(Set<String> types) {
                        for (String type : types) {
                          Long capacity =
                              store.options.getOrDefault(type, TypeOptions.NONE).capacity();
                          while (capacity != null
                              && Long.compareUnsigned(counts.get(type), capacity) > 0
                              && !ofType(type).isEmpty()) {
                            evict(ofType(type).get(0));
                          }
                        }
                      }
                    };
                  }

                  @Override
                  public io.databroker.api.ClearResult clear() {
                    synchronized (store) {
                      counts.clear();
                      return super.clear();
                    }
                  }
                }),
        writer(
            "CAP-1 CAP-5",
            "a-capacity-in-an-int",
            "keeps the low 32 bits of a capacity",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(Set<String> types) {
                    Map<String, TypeOptions> given = new HashMap<>(store.options);
                    store.options.replaceAll(
                        (type, options) ->
                            options.capacity() == null || options.capacity() < 0
                                ? options
                                : options.withCapacity(options.capacity() & 0xFFFF_FFFFL));
                    super.evict(types);
                    store.options.putAll(given);
                  }
                }),
        backend(
            "CAP-3 CAP-2 CAP-4",
            "victims-are-chosen-before-the-batch",
            "evicts the records that were oldest before the batch, even if the batch rewrites them",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      private final Map<String, List<StoredRecord>> before = new HashMap<>();

                      @Override
                      protected void judge(List<Write> batch) {
                        super.judge(batch);
                        batch.forEach(write -> before.put(write.type(), ofType(write.type())));
                      }

                      @Override
                      protected void evict(Set<String> types) {
                        for (String type : types) {
                          Long capacity =
                              store.options.getOrDefault(type, TypeOptions.NONE).capacity();
                          for (StoredRecord old : before.getOrDefault(type, List.of())) {
                            if (capacity != null
                                && Long.compareUnsigned(ofType(type).size(), capacity) > 0
                                && live(type, old.id()) != null) {
                              evict(old);
                            }
                          }
                        }
                        super.evict(types);
                      }
                    };
                  }
                }),
        backend(
            "CAP-1 CAP-5 CAP-2",
            "a-put-reads-the-capacity-early",
            "reads the capacities before it takes the lock",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public PutResult put(List<Write> batch) {
                    Map<String, TypeOptions> early = options();
                    Stranger.pause();
                    synchronized (store) {
                      checkOpen();
                      return new ReferenceWriter(this) {
                        @Override
                        public PutResult put(List<Write> writes) {
                          return super.put(writes);
                        }

                        @Override
                        protected void evict(Set<String> types) {
                          Map<String, TypeOptions> now = Map.copyOf(store.options);
                          store.options.clear();
                          store.options.putAll(early);
                          super.evict(types);
                          store.options.clear();
                          store.options.putAll(now);
                        }
                      }.put(batch);
                    }
                  }
                }),
        backend(
            "CAP-3 CAP-5",
            "lowering-chooses-then-evicts",
            "chooses the ids to evict, releases the lock, and evicts them even if rewritten",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    List<StoredRecord> chosen = new ArrayList<>();
                    synchronized (store) {
                      checkOpen();
                      List<StoredRecord> all = ofType(type);
                      Long capacity = options.capacity();
                      if (capacity != null && Long.compareUnsigned(all.size(), capacity) > 0) {
                        chosen.addAll(all.subList(0, all.size() - capacity.intValue()));
                      }
                    }
                    Stranger.pause();
                    synchronized (store) {
                      checkOpen();
                      new ReferenceWriter(this) {
                        @Override
                        public void setOptions(String of, TypeOptions given) {
                          super.setOptions(of, given);
                        }

                        @Override
                        protected void evict(Set<String> types) {
                          chosen.forEach(this::evict);
                          super.evict(types);
                        }
                      }.setOptions(type, options);
                    }
                  }
                }));
  }

  private static List<Stranger> ttls() {
    return List.of(
        backend(
            "TTL-1 TTL-3",
            "an-expiry-chooses-then-deletes",
            "chooses the expired ids, releases the lock, and deletes them even if rewritten",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public long expire() {
                    List<StoredRecord> chosen = new ArrayList<>();
                    synchronized (store) {
                      checkOpen();
                      store.options.forEach(
                          (type, options) -> {
                            Duration ttl = options.ttl();
                            for (StoredRecord live : ofType(type)) {
                              if (ttl != null && live.modifiedAt().isBefore(now().minus(ttl))) {
                                chosen.add(live);
                              }
                            }
                          });
                    }
                    Stranger.pause();
                    synchronized (store) {
                      checkOpen();
                      return new ReferenceWriter(this) {
                        @Override
                        public long expire() {
                          chosen.forEach(this::expire);
                          publish();
                          return changes.size();
                        }
                      }.expire();
                    }
                  }
                }),
        writer(
            "TTL-1",
            "a-cutoff-before-1970-is-unsigned",
            "treats a cutoff before 1970 as one in the far future, so that everything expires",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected boolean expired(StoredRecord live, Duration ttl) {
                    return now.minus(ttl).isBefore(Instant.EPOCH) || super.expired(live, ttl);
                  }
                }),
        writer(
            "TTL-1",
            "expires-by-the-second",
            "compares times of writing and cutoffs by the second",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected boolean expired(StoredRecord live, Duration ttl) {
                    return live.modifiedAt()
                        .truncatedTo(ChronoUnit.SECONDS)
                        .isBefore(now.minus(ttl).truncatedTo(ChronoUnit.SECONDS));
                  }
                }),
        Stranger.durable(
            "TTL-3 CAPA-1 TTL-1 VER-7",
            "an-open-expires",
            "expires records when it is opened",
            (store, context) -> {
              ReferenceBackend opened = new ReferenceBackend(store, context);
              opened.expire();
              return opened;
            }),
        backend(
            "TTL-1",
            "a-ttl-of-the-time-of-writing",
            "a record expires by the TTL that its type had when it was written, if it had one",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<Long, Instant> ends = new HashMap<>();

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      @Override
                      protected StoredRecord store(
                          String type, String id, io.databroker.api.Bytes payload) {
                        StoredRecord stored = super.store(type, id, payload);
                        Duration ttl = store.options.getOrDefault(type, TypeOptions.NONE).ttl();
                        if (ttl != null) {
                          ends.put(stored.version(), stored.modifiedAt().plus(ttl));
                        }
                        return stored;
                      }

                      @Override
                      protected boolean expired(StoredRecord live, Duration ttl) {
                        return ends.getOrDefault(live.version(), live.modifiedAt().plus(ttl))
                            .isBefore(now);
                      }
                    };
                  }
                }));
  }
}
