package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;

import io.databroker.api.BackendContext;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.support.WriteBatch;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceWriter;
import io.databroker.tck.reference.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Defects of indexed fields. */
final class ThirdIndexes {
  private ThirdIndexes() {}

  /** A backend whose look-ups do not find some versions. */
  private static class Forgetful extends ReferenceBackend {
    final Set<Long> lost = new HashSet<>();

    Forgetful(Store store, BackendContext context) {
      super(store, context);
    }

    @Override
    protected boolean matches(StoredRecord candidate, Selection.Where where) {
      return !lost.contains(candidate.version()) && super.matches(candidate, where);
    }

    List<String> fields(String type) {
      return store.options.getOrDefault(type, TypeOptions.NONE).indexedFields();
    }
  }

  static List<Stranger> all() {
    return List.of(
        backend(
            "INDEX-1 INDEX-4",
            "fewer-fields-empty-the-index",
            "if a field is removed, look-ups by the others find only later writes",
            (store, context) ->
                new Forgetful(store, context) {
                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    synchronized (store) {
                      List<String> before = fields(type);
                      super.setOptions(type, options);
                      List<String> after = options.indexedFields();
                      if (after.size() < before.size() && before.containsAll(after)) {
                        ofType(type).forEach(live -> lost.add(live.version()));
                      }
                    }
                  }
                }),
        backend(
            "INDEX-1 INDEX-4",
            "fields-by-their-place",
            "keeps values by the place of their field in the list, even if the order changes",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<String, List<String>> places = new HashMap<>();

                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    synchronized (store) {
                      super.setOptions(type, options);
                      List<String> built = places.getOrDefault(type, List.of());
                      if (!new HashSet<>(built).equals(new HashSet<>(options.indexedFields()))) {
                        places.put(type, options.indexedFields());
                      }
                    }
                  }

                  @Override
                  protected boolean matches(StoredRecord candidate, Selection.Where where) {
                    List<String> named =
                        store.options.getOrDefault(where.type(), TypeOptions.NONE).indexedFields();
                    List<String> built = places.getOrDefault(where.type(), List.of());
                    Map<String, String> values =
                        context.extractor().extract(candidate.type(), candidate.payload(), named);
                    return where.anyOf().stream()
                        .anyMatch(
                            term -> {
                              int place = named.indexOf(term.field());
                              return place >= 0
                                  && place < built.size()
                                  && term.value().equals(values.get(built.get(place)));
                            });
                  }
                }),
        backend(
            "INDEX-1",
            "removes-after-it-adds",
            "a record that its batch deletes and stores again is in no index",
            (store, context) ->
                new Forgetful(store, context) {
                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      @Override
                      protected io.databroker.api.PutResult apply(WriteBatch batch) {
                        io.databroker.api.PutResult result = super.apply(batch);
                        Set<List<String>> removed = new HashSet<>();
                        for (StoredRecord change : result.records()) {
                          List<String> key = List.of(change.type(), change.id());
                          if (change.deleted() && change.version() != 0) {
                            removed.add(key);
                          } else if (removed.contains(key)) {
                            lost.add(change.version());
                          }
                        }
                        return result;
                      }
                    };
                  }
                }),
        backend(
            "INDEX-1 INDEX-7",
            "long-values-are-not-indexed",
            "a value of more than 2,000 characters is in no index",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean matches(StoredRecord candidate, Selection.Where where) {
                    return where.anyOf().stream().allMatch(term -> term.value().length() <= 2_000)
                        && super.matches(candidate, where);
                  }
                }),
        backend(
            "INDEX-4 INDEX-1",
            "an-index-is-built-beside-writes",
            "builds an index from the records of an instant, and misses those written meanwhile",
            (store, context) ->
                new Forgetful(store, context) {
                  @Override
                  public void setOptions(String type, TypeOptions options) {
                    long seen = versions().latest();
                    Stranger.pause();
                    synchronized (store) {
                      boolean builds = !fields(type).containsAll(options.indexedFields());
                      super.setOptions(type, options);
                      if (builds) {
                        ofType(type).stream()
                            .map(StoredRecord::version)
                            .filter(version -> version > seen)
                            .forEach(lost::add);
                      }
                    }
                  }
                }),
        backend(
            "INDEX-1",
            "look-ups-find-what-expired",
            "an expired record stays in the index until its key is written again",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<List<String>, StoredRecord> expired = new HashMap<>();

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      @Override
                      protected void expire(StoredRecord live) {
                        super.expire(live);
                        expired.put(List.of(live.type(), live.id()), live);
                      }
                    };
                  }

                  @Override
                  protected List<StoredRecord> select(Selection selection) {
                    List<StoredRecord> found = new ArrayList<>(super.select(selection));
                    if (selection instanceof Selection.Where where) {
                      expired.values().stream()
                          .filter(gone -> gone.type().equals(where.type()))
                          .filter(gone -> get(gone.type(), gone.id()) == null)
                          .filter(gone -> matches(gone, where))
                          .forEach(found::add);
                    }
                    return found;
                  }
                }));
  }
}
