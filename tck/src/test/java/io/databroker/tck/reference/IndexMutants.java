package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.FieldValue;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.support.ForwardingSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Indexes that are stale, half built, or of another function. */
final class IndexMutants {
  private IndexMutants() {}

  static List<Mutant> all() {
    return List.of(
        backend(
            "INDEX-1",
            "index-stale-after-a-rewrite",
            "a rewrite does not take the old value out of the index",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<List<String>, Map<String, String>> first = new HashMap<>();

                  @Override
                  protected boolean matches(StoredRecord candidate, Selection.Where where) {
                    List<String> key = List.of(candidate.type(), candidate.id());
                    Map<String, String> old =
                        first.computeIfAbsent(key, none -> values(this, candidate));
                    return super.matches(candidate, where)
                        || where.anyOf().stream()
                            .anyMatch(term -> term.value().equals(old.get(term.field())));
                  }
                }),
        backend(
            "INDEX-1",
            "index-holds-what-was-deleted",
            "a look-up also returns deleted records",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected List<StoredRecord> select(Selection selection) {
                    List<StoredRecord> found = super.select(selection);
                    if (selection instanceof Selection.Where where) {
                      store.log.values().stream()
                          .flatMap(List::stream)
                          .filter(r -> r.deleted() && r.type().equals(where.type()))
                          .filter(r -> matches(r, where))
                          .forEach(found::add);
                    }
                    return found;
                  }
                }),
        backend(
            "INDEX-1",
            "index-brought-up-to-date-late",
            "a look-up misses the last write of each thread",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private volatile List<StoredRecord> indexed = List.of();

                  @Override
                  public io.databroker.api.PutResult put(List<io.databroker.api.Write> batch) {
                    var result = super.put(batch);
                    synchronized (store) {
                      indexed = store.all();
                    }
                    return result;
                  }

                  @Override
                  protected List<StoredRecord> select(Selection selection) {
                    if (!(selection instanceof Selection.Where where)) {
                      return super.select(selection);
                    }
                    List<StoredRecord> found = new ArrayList<>(indexed);
                    found.removeIf(r -> !r.type().equals(where.type()) || !matches(r, where));
                    return found;
                  }
                }),
        backend(
            "INDEX-2",
            "look-up-reads-when-asked",
            "a look-up selects its records at each call of records()",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Snapshot right = super.snapshot(selection);
                    return !(selection instanceof Selection.Where)
                        ? right
                        : new ForwardingSnapshot(right) {
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
        matching(
            "INDEX-3",
            "index-of-a-prefix",
            "a field matches if it is a prefix of an indexed field",
            (backend, candidate, where) -> {
              List<String> fields = fields(backend, candidate);
              return where.anyOf().stream()
                  .anyMatch(
                      term ->
                          fields.stream().anyMatch(field -> field.startsWith(term.field()))
                              && value(backend, candidate, term));
            }),
        matching(
            "INDEX-3",
            "index-of-everything",
            "a field that is not indexed also matches",
            (backend, candidate, where) ->
                where.anyOf().stream().anyMatch(term -> value(backend, candidate, term))),
        backend(
            "INDEX-4",
            "index-of-new-records-only",
            "a field finds only records written after it was indexed",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<String, Long> since = new HashMap<>();

                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    super.setOptions(type, options);
                    since.put(type, versions().latest());
                  }

                  @Override
                  protected boolean matches(StoredRecord candidate, Selection.Where where) {
                    return candidate.version() > since.getOrDefault(candidate.type(), 0L)
                        && super.matches(candidate, where);
                  }
                }),
        backend(
            "INDEX-4",
            "refused-field-is-set",
            "the options stay changed if the function rejects a stored payload",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    try {
                      super.setOptions(type, options);
                    } catch (InvalidArgumentException refused) {
                      synchronized (store) {
                        store.options.put(type, options);
                      }
                      throw refused;
                    }
                  }
                }),
        backend(
            "INDEX-4",
            "index-emptied-before-it-is-built",
            "the index is empty after the function has rejected a stored payload",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Set<String> emptied = ConcurrentHashMap.newKeySet();

                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    emptied.add(type);
                    super.setOptions(type, options);
                    emptied.remove(type);
                  }

                  @Override
                  protected boolean matches(StoredRecord candidate, Selection.Where where) {
                    return !emptied.contains(candidate.type()) && super.matches(candidate, where);
                  }
                }),
        Mutant.provider(
                "INDEX-6",
                "index-of-the-old-function",
                "keeps using the index that another function built",
                new FirstFunction())
            .lasting(),
        matching(
            "INDEX-7",
            "missing-value-is-empty",
            "a payload without the field matches the empty value",
            (backend, candidate, where) ->
                where.anyOf().stream()
                    .anyMatch(
                        term ->
                            fields(backend, candidate).contains(term.field())
                                && term.value()
                                    .equals(
                                        values(backend, candidate)
                                            .getOrDefault(term.field(), "")))));
  }

  /** Keeps the function of the first open of each store. */
  private static final class FirstFunction extends ReferenceProvider {
    private final Map<Store, BackendContext> first = new ConcurrentHashMap<>();

    @Override
    protected Backend backend(Store store, BackendContext context) {
      BackendContext of = first.computeIfAbsent(store, none -> context);
      return new ReferenceBackend(store, context.withExtractor(of.extractor()));
    }
  }

  private interface Matching {
    boolean matches(ReferenceBackend backend, StoredRecord candidate, Selection.Where where);
  }

  private static Mutant matching(String rule, String name, String defect, Matching matching) {
    return backend(
        rule,
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              protected boolean matches(StoredRecord candidate, Selection.Where where) {
                return matching.matches(this, candidate, where);
              }
            });
  }

  private static List<String> fields(ReferenceBackend backend, StoredRecord record) {
    return backend.store.options.getOrDefault(record.type(), TypeOptions.NONE).indexedFields();
  }

  private static Map<String, String> values(ReferenceBackend backend, StoredRecord record) {
    return backend
        .context
        .extractor()
        .extract(record.type(), record.payload(), fields(backend, record));
  }

  private static boolean value(ReferenceBackend backend, StoredRecord record, FieldValue term) {
    return term.value()
        .equals(
            backend
                .context
                .extractor()
                .extract(record.type(), record.payload(), List.copyOf(Set.of(term.field())))
                .get(term.field()));
  }
}
