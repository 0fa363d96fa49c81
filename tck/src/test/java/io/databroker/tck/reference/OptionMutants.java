package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.Bytes;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Options, capacities and TTLs with wrong effects. */
final class OptionMutants {
  private OptionMutants() {}

  static List<Mutant> all() {
    List<Mutant> mutants = new ArrayList<>(options());
    mutants.addAll(capacities());
    mutants.addAll(evictions());
    return mutants;
  }

  private static List<Mutant> options() {
    return List.of(
        writer(
            "OPT-1",
            "options-merged",
            "adds options to the existing ones",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void setOptions(String type, TypeOptions options) {
                    TypeOptions old = store.options.getOrDefault(type, TypeOptions.NONE);
                    super.setOptions(
                        type,
                        new TypeOptions(
                            options.capacity() != null ? options.capacity() : old.capacity(),
                            options.ttl() != null ? options.ttl() : old.ttl(),
                            options.indexedFields()));
                  }
                }),
        backend(
            "OPT-1",
            "options-alive",
            "returns its internal map",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Map<String, TypeOptions> options() {
                    return java.util.Collections.unmodifiableMap(store.options);
                  }
                }),
        backend(
            "OPT-1",
            "options-in-utf16-order",
            "sorts the types of options by UTF-16 unit",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Map<String, TypeOptions> options() {
                    Map<String, TypeOptions> sorted = new TreeMap<>();
                    sorted.putAll(super.options());
                    return java.util.Collections.unmodifiableMap(sorted);
                  }
                }),
        writer(
            "OPT-2",
            "options-die-with-their-type",
            "forgets a type's options with its last record",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void publish() {
                    super.publish();
                    for (StoredRecord change : changes) {
                      if (!store.live.containsKey(change.type())) {
                        store.options.remove(change.type());
                      }
                    }
                  }
                }),
        writer(
            "OPT-2",
            "options-of-a-prefix",
            "a capacity also applies to types whose names begin with the type's name",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(Set<String> types) {
                    for (String type : types) {
                      Map.Entry<String, TypeOptions> near = store.options.floorEntry(type);
                      if (near != null && type.startsWith(near.getKey())) {
                        Long capacity = near.getValue().capacity();
                        List<StoredRecord> ofType = backend.ofType(type);
                        for (int i = 0; capacity != null && i < ofType.size() - capacity; i++) {
                          evict(ofType.get(i));
                        }
                      }
                    }
                  }
                }),
        writer(
            "OPT-3",
            "options-take-a-version",
            "setting options takes a version",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void setOptions(String type, TypeOptions options) {
                    store.latest++;
                    super.setOptions(type, options);
                  }
                }));
  }

  /** A mutant that evicts differently. */
  private static Mutant evicting(String rule, String name, String defect, Overflow overflow) {
    return writer(
        rule,
        name,
        defect,
        backend ->
            new ReferenceWriter(backend) {
              @Override
              protected void evict(Set<String> types) {
                List<StoredRecord> victims = new ArrayList<>();
                for (String type : types) {
                  Long capacity = store.options.getOrDefault(type, TypeOptions.NONE).capacity();
                  if (capacity != null) {
                    List<StoredRecord> ofType = backend.ofType(type);
                    long over = overflow.of(ofType.size(), capacity);
                    victims.addAll(
                        ofType.subList(0, (int) Math.max(0, Math.min(over, ofType.size()))));
                  }
                }
                victims.sort((a, b) -> Long.compare(a.version(), b.version()));
                victims.forEach(this::evict);
              }
            });
  }

  private interface Overflow {
    long of(int size, long capacity);
  }

  private static List<Mutant> capacities() {
    return List.of(
        evicting(
            "CAP-1",
            "capacity-off-by-one",
            "keeps one record more than the capacity",
            (size, capacity) -> capacity < 0 ? 0 : size - capacity - 1),
        evicting(
            "CAP-1",
            "capacity-zero-is-none",
            "treats a capacity of 0 as no capacity",
            (size, capacity) -> capacity <= 0 ? 0 : size - capacity),
        evicting(
            "CAP-1",
            "capacity-signed",
            "treats a large capacity as a negative number",
            (size, capacity) -> capacity < 0 ? size : size - capacity),
        backend(
            "CAP-1",
            "capacity-exceeded-for-a-moment",
            "evicts after releasing the lock and taking it again",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Object writers = new Object();

                  @Override
                  public PutResult put(List<Write> batch) {
                    synchronized (writers) {
                      ReferenceWriter writer;
                      List<StoredRecord> answers = new ArrayList<>();
                      Set<String> types = new java.util.LinkedHashSet<>();
                      synchronized (store) {
                        checkOpen();
                        writer = writer();
                        writer.judge(batch);
                        for (Write write : batch) {
                          answers.add(writer.apply(write));
                          types.add(write.type());
                        }
                      }
                      synchronized (store) {
                        writer.evict(types);
                        writer.publish();
                        return new PutResult(store.serverVersion, answers);
                      }
                    }
                  }

                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    synchronized (writers) {
                      super.setOptions(type, options);
                    }
                  }
                }));
  }

  private static List<Mutant> evictions() {
    return List.of(
        writer(
            "CAP-2",
            "evictions-type-by-type",
            "evicts type by type, not the oldest record of all types first",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(Set<String> types) {
                    types.forEach(type -> super.evict(Set.of(type)));
                  }
                }),
        writer(
            "FEED-2",
            "evictions-in-a-batch-of-their-own",
            "delivers evictions in a separate answer after the writes that caused them",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(Set<String> types) {
                    if (!changes.isEmpty()) {
                      publish();
                      changes.clear();
                    }
                    super.evict(types);
                  }
                }),
        writer(
            "CAP-3",
            "eviction-by-first-write",
            "evicts by the time of the first write of a record",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected StoredRecord store(String type, String id, Bytes payload) {
                    LinkedHashMap<String, StoredRecord> before =
                        new LinkedHashMap<>(store.live.getOrDefault(type, new LinkedHashMap<>()));
                    StoredRecord stored = super.store(type, id, payload);
                    if (before.containsKey(id)) {
                      before.put(id, stored);
                      store.live.put(type, before);
                    }
                    return stored;
                  }
                }),
        backend(
            "CAP-3",
            "eviction-order-lost-by-a-trim",
            "evicts in the order of ids once history was trimmed",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected List<StoredRecord> ofType(String type) {
                    List<StoredRecord> ordered = super.ofType(type);
                    if (store.trimmed > 0) {
                      ordered.sort((a, b) -> a.id().compareTo(b.id()));
                    }
                    return ordered;
                  }
                }),
        writer(
            "CAP-4",
            "own-writes-are-kept",
            "a batch does not evict its own writes",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(StoredRecord victim) {
                    if (changes.stream()
                        .noneMatch(change -> change.version() == victim.version())) {
                      super.evict(victim);
                    }
                  }
                }),
        writer(
            "CAP-5",
            "capacity-applied-late",
            "a lowered capacity takes effect at the next write",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void setOptions(String type, TypeOptions options) {
                    store.options.put(type, options);
                  }
                }),
        writer(
            "CAP-5",
            "lowering-evicts-the-youngest",
            "a lowered capacity evicts the youngest",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void setOptions(String type, TypeOptions options) {
                    store.options.put(type, options);
                    List<StoredRecord> ofType = backend.ofType(type);
                    java.util.Collections.reverse(ofType);
                    Long capacity = options.capacity();
                    for (int i = 0; capacity != null && i < ofType.size() - capacity; i++) {
                      evict(ofType.get(i));
                    }
                    publish();
                  }
                }));
  }
}
