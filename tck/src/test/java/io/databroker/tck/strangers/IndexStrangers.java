package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.over;

import io.databroker.api.FieldValue;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Look-ups that find too much, too little, or former values. */
final class IndexStrangers {
  private IndexStrangers() {}

  static List<Stranger> all() {
    return List.of(
        backend(
            "INDEX-1",
            "values-of-200-characters",
            "two values are equal if their first 200 characters are",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean matches(StoredRecord candidate, Selection.Where where) {
                    List<String> fields =
                        store.options.getOrDefault(where.type(), TypeOptions.NONE).indexedFields();
                    Map<String, String> values =
                        context.extractor().extract(candidate.type(), candidate.payload(), fields);
                    return where.anyOf().stream()
                        .filter(it -> fields.contains(it.field()) && values.containsKey(it.field()))
                        .anyMatch(it -> cut(it.value()).equals(cut(values.get(it.field()))));
                  }

                  private String cut(String value) {
                    return value.substring(0, Math.min(200, value.length()));
                  }
                }),
        over(
            "INDEX-1",
            "one-value-of-a-field",
            "looks for only one of several values of a field",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    if (!(selection instanceof Selection.Where where)) {
                      return inner.snapshot(selection);
                    }
                    Map<String, FieldValue> byField = new HashMap<>();
                    where.anyOf().forEach(it -> byField.put(it.field(), it));
                    return inner.snapshot(
                        new Selection.Where(where.type(), Set.copyOf(byField.values())));
                  }
                }),
        over(
            "SNAP-1 INDEX-1 INDEX-2",
            "found-by-each-field",
            "a record that two fields find is there twice",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    Snapshot all = inner.snapshot(selection);
                    if (!(selection instanceof Selection.Where where) || where.anyOf().size() < 2) {
                      return all;
                    }
                    List<StoredRecord> found = new ArrayList<>();
                    for (FieldValue term : where.anyOf()) {
                      try (Snapshot one = inner.snapshot(Selection.where(where.type(), term))) {
                        if (!one.position().equals(all.position())) {
                          return all;
                        }
                        one.records().forEachRemaining(found::add);
                      }
                    }
                    return new ListedSnapshot(all, found);
                  }
                }),
        backend(
            "INDEX-1",
            "empty-values-are-none",
            "a record whose field holds an empty text is not found by it",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean matches(StoredRecord candidate, Selection.Where where) {
                    Set<FieldValue> terms = new HashSet<>(where.anyOf());
                    terms.removeIf(it -> it.value().isEmpty());
                    return super.matches(candidate, new Selection.Where(where.type(), terms));
                  }
                }),
        backend(
            "INDEX-1 RESTORE-1",
            "restored-records-are-not-indexed",
            "a restored record is found by its fields only after it is written again",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Set<Long> restored = new HashSet<>();

                  @Override
                  public PutResult restore(List<StoredRecord> batch) {
                    synchronized (store) {
                      PutResult result = super.restore(batch);
                      result.records().forEach(it -> restored.add(it.version()));
                      return result;
                    }
                  }

                  @Override
                  protected boolean matches(StoredRecord candidate, Selection.Where where) {
                    return !restored.contains(candidate.version())
                        && super.matches(candidate, where);
                  }
                }),
        over(
            "INDEX-1 INDEX-2 SNAP-2",
            "finds-then-reads",
            "finds the keys at one instant, reads the records later, and checks nothing again",
            inner ->
                new Passing(inner) {
                  @Override
                  public Snapshot snapshot(Selection selection) {
                    if (!(selection instanceof Selection.Where where)) {
                      return inner.snapshot(selection);
                    }
                    Set<String> ids = new HashSet<>();
                    try (Snapshot index = inner.snapshot(selection)) {
                      index.records().forEachRemaining(it -> ids.add(it.id()));
                    }
                    Stranger.pause();
                    List<StoredRecord> found = new ArrayList<>();
                    Snapshot records = inner.snapshot(Selection.ofType(where.type()));
                    records
                        .records()
                        .forEachRemaining(
                            it -> {
                              if (ids.contains(it.id())) {
                                found.add(it);
                              }
                            });
                    return new ListedSnapshot(records, found);
                  }
                }),
        over(
            "INDEX-1 INDEX-3",
            "index-ends-with-the-type",
            "a look-up in a type whose records were all deleted once finds nothing any more",
            inner ->
                new Passing(inner) {
                  private final Set<String> gone = new HashSet<>();

                  @Override
                  public synchronized PutResult put(List<Write> batch) {
                    PutResult result = inner.put(batch);
                    Set<String> live = Set.copyOf(inner.listTypes());
                    for (StoredRecord it : result.records()) {
                      if (it.deleted() && it.version() > 0 && !live.contains(it.type())) {
                        gone.add(it.type());
                      }
                    }
                    return result;
                  }

                  @Override
                  public synchronized void setOptions(String type, TypeOptions options) {
                    inner.setOptions(type, options);
                    gone.remove(type);
                  }

                  @Override
                  public synchronized Snapshot snapshot(Selection selection) {
                    return inner.snapshot(
                        selection instanceof Selection.Where where && gone.contains(where.type())
                            ? Selection.where(where.type())
                            : selection);
                  }
                }));
  }
}
