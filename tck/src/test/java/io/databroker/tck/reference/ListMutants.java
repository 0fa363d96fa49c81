package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.CodePointOrder;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The bug that led to this project, and similar bugs. */
final class ListMutants {
  private ListMutants() {}

  static List<Mutant> all() {
    return List.of(
        backend(
            "LIST-4",
            "list-lazy-iterator",
            "takes the lock, gets a lazy iterator over the live map, releases the lock, then reads",
            TornLists.LazyIterator::new),
        backend(
            "LIST-4",
            "list-cached-after-unlock",
            "replaces a cached list of types after the lock was released",
            TornLists.CachedAfterUnlock::new),
        backend(
            "LIST-4",
            "list-in-two-halves",
            "reads the first half of the types, releases the lock, and reads the rest",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public List<String> listTypes() {
                    List<String> types = new ArrayList<>();
                    synchronized (store) {
                      checkOpen();
                      store.live.keySet().stream().filter(t -> odd(t)).forEach(types::add);
                    }
                    synchronized (store) {
                      store.live.keySet().stream().filter(t -> !odd(t)).forEach(types::add);
                    }
                    types.sort(CodePointOrder.INSTANCE);
                    return Collections.unmodifiableList(types);
                  }

                  private boolean odd(String type) {
                    return type.hashCode() % 2 != 0;
                  }
                }),
        backend(
            "LIST-5",
            "list-scans-all-records",
            "collects the types from all records",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public List<String> listTypes() {
                    synchronized (store) {
                      checkOpen();
                      return store.all().stream()
                          .map(record -> record.type())
                          .distinct()
                          .sorted(CodePointOrder.INSTANCE)
                          .toList();
                    }
                  }
                }),
        backend(
            "FEED-15",
            "feed-opens-by-copying-the-history",
            "copies the history when a feed is opened",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected ReferenceFeed feed(
                      io.databroker.api.Position from, @Nullable String type) {
                    List<StoredRecord> copy = new ArrayList<>();
                    store.log.values().forEach(copy::addAll);
                    return super.feed(from, type);
                  }
                }),
        backend(
            "LIST-4",
            "list-of-two-views",
            "reads two halves one after the other",
            TornLists.TwoViews::new),
        backend(
            "LIST-4",
            "list-retried-iterator",
            "reads without a lock, up to three times, until two reads agree",
            TornLists.RetriedIterator::new),
        backend(
            "LIST-4",
            "list-in-pages",
            "reads pages of 64 types, each under the lock",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public List<String> listTypes() {
                    List<String> types = new ArrayList<>();
                    String last = "";
                    int before;
                    do {
                      before = types.size();
                      synchronized (store) {
                        checkOpen();
                        store.live.tailMap(last, false).keySet().stream()
                            .limit(64)
                            .forEach(types::add);
                      }
                      last = types.isEmpty() ? last : types.get(types.size() - 1);
                    } while (types.size() > before);
                    return Collections.unmodifiableList(types);
                  }
                }),
        backend(
            "LIST-4",
            "list-type-by-type",
            "checks each type that ever existed, one after the other, for records",
            TornLists.TypeByType::new),
        writer(
            "LIST-1",
            "list-keeps-emptied",
            "a type whose last record was deleted stays listed",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void remove(StoredRecord live) {
                    store.live.get(live.type()).remove(live.id());
                  }
                }),
        writer(
            "LIST-1",
            "list-keeps-evicted",
            "a type whose last record was evicted stays listed",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(StoredRecord victim) {
                    super.evict(victim);
                    store.live.computeIfAbsent(
                        victim.type(), none -> new java.util.LinkedHashMap<>());
                  }
                }),
        writer(
            "LIST-1",
            "list-keeps-expired",
            "a type whose last record expired stays listed",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void expire(StoredRecord live) {
                    super.expire(live);
                    store.live.computeIfAbsent(
                        live.type(), none -> new java.util.LinkedHashMap<>());
                  }
                }),
        backend(
            "LIST-1",
            "list-names-options",
            "lists types that have options but no record",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public List<String> listTypes() {
                    Set<String> types = new TreeSet<>(CodePointOrder.INSTANCE);
                    types.addAll(super.listTypes());
                    types.addAll(options().keySet());
                    return List.copyOf(types);
                  }
                }),
        backend(
            "LIST-2",
            "list-utf16-order",
            "sorts by UTF-16 unit",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public List<String> listTypes() {
                    return super.listTypes().stream().sorted(Comparator.naturalOrder()).toList();
                  }
                }),
        backend(
            "LIST-2",
            "list-ignores-case-in-order",
            "sorts without regard to case",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public List<String> listTypes() {
                    return super.listTypes().stream()
                        .sorted(String.CASE_INSENSITIVE_ORDER)
                        .toList();
                  }
                }),
        backend(
            "LIST-3",
            "list-modifiable",
            "returns a list that can be changed",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public List<String> listTypes() {
                    return new ArrayList<>(super.listTypes());
                  }
                }),
        backend(
            "LIST-3",
            "list-alive",
            "returns an unmodifiable view of a list that it refills",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final List<String> types = new ArrayList<>();

                  @Override
                  public List<String> listTypes() {
                    synchronized (store) {
                      types.clear();
                      types.addAll(super.listTypes());
                      return Collections.unmodifiableList(types);
                    }
                  }
                }));
  }
}
