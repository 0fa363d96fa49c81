package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.feed;

import io.databroker.api.Lease;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceFeed;
import io.databroker.tck.reference.ReferenceWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Names that are compared by identity, so that an equal text is another name. */
final class FourthIdentities {
  private FourthIdentities() {}

  static List<Stranger> all() {
    return List.of(
        feed(
            "FEED-3 FEED-1 FEED-2 FEED-8",
            "feeds-know-their-type-by-identity",
            "a typed feed delivers only changes whose type is the same object",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  @SuppressWarnings("ReferenceEquality") // the defect
                  protected boolean concerns(StoredRecord change) {
                    return type == null || type == change.type();
                  }
                }),
        backend(
            "CAP-1 CAP-5 OPT-1 OPT-2",
            "capacities-know-their-type-by-identity",
            "a capacity applies only to writes whose type is the object given to setOptions",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final IdentityHashMap<String, Boolean> given = new IdentityHashMap<>();

                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    synchronized (store) {
                      given.put(type, true);
                      super.setOptions(type, options);
                    }
                  }

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      @Override
                      protected void evict(Set<String> types) {
                        super.evict(
                            types.stream().filter(given::containsKey).collect(Collectors.toSet()));
                      }
                    };
                  }
                }),
        backend(
            "GET-1",
            "gets-know-an-id-by-identity",
            "get finds a record only by the id object with which it was written",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  @SuppressWarnings("ReferenceEquality") // the defect
                  public @Nullable StoredRecord get(String type, String id) {
                    StoredRecord found = super.get(type, id);
                    return found != null && found.id() == id ? found : null;
                  }
                }),
        backend(
            "SNAP-1",
            "snapshots-know-their-type-by-identity",
            "a snapshot of a type holds the records whose type is the same object",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  @SuppressWarnings("ReferenceEquality") // the defect
                  protected List<StoredRecord> select(Selection selection) {
                    List<StoredRecord> selected = new ArrayList<>(super.select(selection));
                    if (selection instanceof Selection.OfType ofType) {
                      selected.removeIf(record -> record.type() != ofType.type());
                    }
                    return selected;
                  }
                }),
        backend(
            "LEASE-1 LEASE-5",
            "leases-know-their-name-by-identity",
            "a name is held only for those who ask with the same object",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  @SuppressWarnings("ReferenceEquality") // the defect
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      Lease held = store.leases.get(name);
                      if (held != null && held.name() != name) {
                        store.leases.remove(name);
                      }
                      return super.acquireLease(name, duration);
                    }
                  }
                }),
        backend(
            "INDEX-1",
            "fields-known-by-identity",
            "a look-up finds nothing unless its field is the object given to setOptions",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  @SuppressWarnings("ReferenceEquality") // the defect
                  protected boolean matches(StoredRecord candidate, Selection.Where where) {
                    return where.anyOf().stream()
                            .anyMatch(
                                term ->
                                    store
                                        .options
                                        .getOrDefault(where.type(), TypeOptions.NONE)
                                        .indexedFields()
                                        .stream()
                                        .anyMatch(field -> field == term.field()))
                        && super.matches(candidate, where);
                  }
                }));
  }
}
